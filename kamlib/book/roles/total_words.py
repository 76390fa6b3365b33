"""The words that a row of totals says of itself, as DuckDB's regular expressions (with the option `i`)."""

from __future__ import annotations

WORDS = (
    r"((grand|overall|sub)[- ]?)?totals?|total g[eé]n[eé]ral|total geral|sous[- ]total|sub ?totaux|somme"
    r"|((end|gesamt|zwischen|teil)[- ]?)?summe|gesamt(ergebnis)?|zwischenergebnis|suma( total| końcowa| ogółem)?|soma"
    r"|(sub)?total[ei]( generale| complessivo)?|(sub|eind)?totaal|razem|ogółem|((genel|ara) )?toplam"
    r"|(общий )?итого?|всего|合计|总计|小计|合計|総計|小計|總計|합계|총계|소계|(sub ?)?jumlah|कुल( योग)?"
    r"|(ال)?(مجموع|إجمالي|اجمالي)( (الكلي|الفرعي|العام))?"
    r"|celkem|celkom|spolu|(mezi|medzi)?(součet|súčet)|total[ăa]|total general|totalt|(total|del"
    r"|slut)?summa|i alt|(del|mellem)sum"
    r"|(loppu|väli|kokonais)summa|yhteensä|(mind)?összesen|(vég|rész)összeg|(sve)?ukupno|svega|(među)?zbroj|(među)?zbir"
    r"|общо|всичко|(междинна )?сума|усього|всього|(загалом )?разом|(проміжний )?підсумок|(γενικ[οό] "
    r"|μερικ[οό] )?σ[υύ]νολο|υποσ[υύ]νολο"
    r"|סה[\"״]כ|סך ה?כו?ל|جمع( کل| جزء)?|مجموع کل|(ยอด|ผล)?รวม(ทั้งสิ้น|ทั้งหมด|ย่อย|เงิน|สุทธิ)?"
    r"|tổng (cộng|số|tiền)|cộng tổng|(tổng|cộng)[ :]*$"
)
_NOISE = r"[^\p{L}\p{N}]*"
# A row without a day, or the like, that begins with such a word only sums up those above it.
TOTAL_ROW = rf"^{_NOISE}({WORDS})(\P{{L}}|$)"
TOTAL_ALONE = rf"^{_NOISE}({WORDS}){_NOISE}$"
TOTAL_OF = rf"^{_NOISE}(?:{WORDS})[^\p{{L}}\p{{N}}]+(?:(?:for|of|für|fuer|von|de|du|des|da|do|del|di|van|для|по)\s+)?"
TOTAL_END = rf"[\s:\-–(]+(?:{WORDS}|ergebnis){_NOISE}$"
# Anything of the kind in a cell, to be looked for in all of them: short, since a million cells are tested.
HINT = (
    r"(?i)\b(tot|(grand|overall|sub|sous)[- ]?tot|gesamt|zwischen|endsum|summ|somme|sum|soma|razem|og[oó]|toplam|genel"
    r"|ara top|eindt|jumlah|celk|spolu|mezis|medzis|souč|súč|delsu|slutsu|i alt|mellems|loppus|välis|yhteens|kokonaiss"
    r"|mindö|részö|végö|ukupn|sveuk|svega|zbro|zbir|međuzb|cộng)|összesen|σ[υύ]νολο|общо|всичко|сума"
    r"|сього|разом|підсумок"
    r"|סה[\"״]כ|סך|جمع|รวม|tổng|итог|всего|合计|总计|小计|合計|総計|小計|總計|합계|총계|소계|कुल|مجموع|جمالي"
)
