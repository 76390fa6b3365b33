"""Why a book's sales changed: price, volume and mix; and like for like, per trading day."""

from kamlib.segmentation.price_volume.like_for_like import like_for_like, trading_days
from kamlib.segmentation.price_volume.mix import EFFECTS, PriceVolumeMix, price_volume_mix

__all__ = ["EFFECTS", "PriceVolumeMix", "like_for_like", "price_volume_mix", "trading_days"]
