"""The names of columns and the words of states in every language: complete, in ranks, and none with two meanings."""

# ruff: noqa: E501 - names stand as tables, a language a line
from __future__ import annotations

import calendar
import time
from itertools import combinations
from pathlib import Path

import pytest

from kamlib.book.options import Options
from kamlib.book.roles.states import PARTLY, PARTS, UNKNOWN, treatment
from kamlib.book.roles.synonyms import EVIDENCE, LANGUAGES, currency_of, plain, rank, synonyms_page, words
from kamlib.tables import TABLES

ROLES = {*TABLES["ledger"].names, *EVIDENCE} - {"kind"}

# Two roles that one name may have, and why.
HARMLESS = {
    frozenset({"customer_id", "customer_name"}): "a name identifies the customer where nothing better does",
    frozenset(
        {"customer_id", "order_id"}
    ): "a mere name: an order's in Shopify, a customer's in accounting; last in both",
    frozenset({"line_id", "order_id"}): "a transaction id; a line's where there is an order number beside it",
    frozenset({"order_id", "product_id"}): "reference: an order's in English, an article's in French; last in both",
}

# What an analyst of the country meets, as it stands in the files: the best names of each role.
BEST = {
    "English": {
        "customer_id": "Customer ID, Sold-to party", "date": "Invoice Date, Created at", "amount": "Net Sales, Line Total",
        "order_id": "Invoice No, Order ID", "quantity": "Quantity, Qty", "unit_price": "Unit Price", "state": "Status",
    },
    "German": {
        "customer_id": "Kunden-Nr., Kundennummer, KUNNR", "date": "Rechnungsdatum, Belegdatum, FKDAT",
        "amount": "Nettobetrag, Umsatz (netto), NETWR, Gesamtpreis netto [EUR]", "order_id": "Rechnungs-Nr., Belegnummer",
        "quantity": "Menge, Stück, Fakturierte Menge", "unit_price": "Einzelpreis, VK-Preis", "tax": "MwSt.-Betrag",
        "product_id": "Art.-Nr.", "product_name": "Artikelbezeichnung", "manager_id": "Vertreter", "currency": "Währung",
    },
    "French": {
        "customer_id": "N° Client, Code client, Code tiers", "date": "Date de facture, Date pièce",
        "amount": "Montant HT, C.A. HT, Total ligne HT", "order_id": "N° facture, N° de pièce", "quantity": "Qté, Quantité",
        "unit_price": "P.U. HT, Prix unitaire", "tax": "Montant TVA", "gross": "Total TTC", "product_name": "Désignation",
        "state": "Statut, État", "discount": "Remise", "category": "Famille",
    },
    "Spanish": {
        "customer_id": "Cód. cliente, Nº cliente", "date": "Fecha factura, Fecha de emisión", "amount": "Base imponible, Importe neto",
        "order_id": "Nº factura, Número de pedido", "quantity": "Cantidad, Uds.", "unit_price": "Precio unitario, PVP",
        "tax": "Importe IVA, Cuota IVA", "state": "Estado", "product_name": "Descripción", "manager_id": "Vendedor",
    },
    "Portuguese": {
        "customer_id": "Código do Cliente, Cód. Cliente", "date": "Data de Emissão, Data da venda", "amount": "Valor Líquido (R$)",
        "order_id": "Nota Fiscal, Número do pedido", "quantity": "Quantidade, Qtde", "unit_price": "Valor Unitário, Preço unitário (R$)",
        "state": "Situação", "shipping": "Valor do Frete", "product_name": "Descrição do Produto", "country": "País",
    },
    "Italian": {
        "customer_id": "Codice cliente, Cod. Cliente", "date": "Data fattura, Data doc.", "amount": "Imponibile, Importo netto",
        "order_id": "N. fattura, Numero documento", "quantity": "Q.tà, Quantità", "unit_price": "Prezzo unitario",
        "tax": "Importo IVA", "product_name": "Descrizione", "manager_id": "Agente", "state": "Stato",
    },
    "Dutch": {
        "customer_id": "Klantnummer, Debiteurnr.", "date": "Factuurdatum, Orderdatum", "amount": "Nettobedrag, Bedrag excl. btw",
        "order_id": "Factuurnr., Ordernummer", "quantity": "Aantal", "unit_price": "Stukprijs, Verkoopprijs", "tax": "BTW-bedrag",
        "gross": "Bedrag incl. btw", "product_name": "Omschrijving", "category": "Artikelgroep", "manager_id": "Verkoper",
    },
    "Polish": {
        "customer_id": "Kod kontrahenta, Nr klienta", "date": "Data wystawienia, Data sprzedaży", "amount": "Wartość netto (zł), Kwota netto",
        "order_id": "Nr faktury, Numer dokumentu", "quantity": "Ilość, szt.", "unit_price": "Cena jedn. netto, Cena netto",
        "gross": "Wartość brutto", "tax": "Kwota VAT", "product_name": "Nazwa towaru", "manager_id": "Handlowiec",
    },
    "Turkish": {
        "customer_id": "Cari Kodu, MÜŞTERİ NO", "date": "Fatura Tarihi, Sipariş Tarihi", "amount": "Net Tutar, KDV Hariç Tutar (TL)",
        "order_id": "Fatura No, Evrak No", "quantity": "Miktar, Adet", "unit_price": "Birim Fiyat", "tax": "KDV Tutarı",
        "product_id": "Stok Kodu", "product_name": "Stok Adı", "manager_id": "Plasiyer", "state": "Sipariş Durumu",
    },
    "Russian": {
        "customer_id": "Код клиента, Код контрагента", "date": "Дата документа, Дата продажи", "amount": "Сумма без НДС, Сумма без НДС (руб.)",
        "order_id": "Номер документа, № заказа", "quantity": "Количество, Кол-во", "unit_price": "Цена, Цена (руб.)",
        "gross": "Сумма с НДС", "product_id": "Артикул, Номенклатура", "cost": "Себестоимость", "manager_id": "Менеджер",
    },
    "Arabic": {
        "customer_id": "رقم العميل, كود العميل", "date": "تاريخ الفاتورة, تاريخ الطلب", "amount": "صافي المبيعات, المبلغ قبل الضريبة",
        "order_id": "رقم الفاتورة, رقم الطلب", "quantity": "الكمية", "unit_price": "سعر الوحدة", "tax": "ضريبة القيمة المضافة",
        "state": "الحالة, حالة الطلب", "product_name": "اسم المنتج", "manager_id": "مندوب المبيعات",
    },
    "Hindi": {
        "customer_id": "ग्राहक संख्या, ग्राहक कोड", "date": "बिल दिनांक, चालान तिथि", "amount": "शुद्ध राशि, कर योग्य राशि",
        "order_id": "बिल नंबर, चालान संख्या", "quantity": "मात्रा", "unit_price": "दर, इकाई मूल्य", "tax": "जीएसटी राशि",
        "product_name": "उत्पाद का नाम, विवरण", "discount": "छूट",
    },
    "Chinese": {
        "customer_id": "客户编码, 客戶代號", "date": "单据日期, 訂單日期", "amount": "不含税金额（元）, 无税金额, 未稅金額",
        "order_id": "订单编号, 發票號碼", "quantity": "数量, 數量", "unit_price": "单价, 單價", "gross": "价税合计, 含稅金額",
        "tax": "税额, 稅額", "product_name": "存货名称, 品名", "manager_id": "业务员, 業務員", "state": "订单状态, 狀態",
    },
    "Japanese": {
        "customer_id": "得意先コード, 顧客ID", "date": "売上日, 伝票日付, 注文日時", "amount": "税抜金額, 売上金額（税抜）",
        "order_id": "伝票番号, 注文番号", "quantity": "数量, 個数", "unit_price": "単価, 単価（円）", "gross": "税込金額",
        "tax": "消費税額", "product_name": "商品名", "manager_id": "担当者", "cost": "原価", "state": "ステータス",
    },
    "Korean": {
        "customer_id": "거래처코드, 고객번호", "date": "거래일자, 주문일, 매출일", "amount": "공급가액, 공급가액(원)",
        "order_id": "전표번호, 주문번호", "quantity": "수량", "unit_price": "단가, 판매가", "tax": "부가세, 세액",
        "product_name": "품명, 상품명", "manager_id": "영업사원", "state": "주문상태",
    },
    "Indonesian": {
        "customer_id": "Kode Pelanggan, No. Pelanggan", "date": "Tanggal Faktur, Tgl. Faktur", "amount": "DPP, Jumlah Sebelum Pajak (Rp)",
        "order_id": "No. Faktur, Nomor Pesanan", "quantity": "Kuantitas", "unit_price": "Harga Satuan", "tax": "PPN",
        "product_name": "Nama Barang", "state": "Status Pesanan", "shipping": "Ongkos Kirim",
    },
    "Czech": {
        "customer_id": "Číslo zákazníka, ZakaznikID, Kód odběratele", "date": "Datum vystavení, DatumFaktury, DUZP",
        "amount": "Celkem bez DPH (Kč), Základ daně", "order_id": "Číslo faktury, Variabilní symbol, Číslo objednávky",
        "quantity": "Množství, Počet ks", "unit_price": "Cena za kus, Jedn. cena", "tax": "DPH, Částka DPH",
        "gross": "Celkem s DPH", "state": "Stav objednávky", "currency": "Měna", "discount": "Sleva",
    },
    "Slovak": {
        "customer_id": "Kód zákazníka, Číslo odberateľa", "date": "Dátum vystavenia, Dátum objednávky",
        "amount": "Suma bez DPH, Základ dane", "order_id": "Číslo faktúry, Objednávka č.", "quantity": "Množstvo, Počet kusov",
        "unit_price": "Jednotková cena", "gross": "Spolu s DPH", "product_name": "Názov tovaru", "state": "Stav",
    },
    "Hungarian": {
        "customer_id": "Vevőkód, Ügyfélszám", "date": "Számla kelte, Teljesítés dátuma", "amount": "Nettó összeg (Ft), Nettó érték",
        "order_id": "Számla sorszáma, Rendelésszám", "quantity": "Mennyiség, Darabszám", "unit_price": "Egységár, Nettó egységár",
        "tax": "ÁFA, ÁFA összege", "gross": "Bruttó összeg", "product_name": "Megnevezés", "currency": "Pénznem",
    },
    "Romanian": {
        "customer_id": "Cod client, ID client", "date": "Data facturii, Data emiterii", "amount": "Valoare fără TVA (lei), Valoare netă",
        "order_id": "Nr. factură, Număr comandă", "quantity": "Cantitate, Buc.", "unit_price": "Preț unitar, Pret unitar fara TVA",
        "tax": "TVA, Valoare TVA", "gross": "Total cu TVA", "product_name": "Denumire produs", "state": "Stare comandă",
    },
    "Swedish": {
        "customer_id": "Kundnr, Kundnummer", "date": "Fakturadatum, Orderdatum", "amount": "Belopp exkl. moms, Nettobelopp, Radbelopp (kr)",
        "order_id": "Fakturanr, Ordernummer", "quantity": "Antal", "unit_price": "À-pris, Styckpris", "tax": "Moms, Momsbelopp",
        "gross": "Belopp inkl. moms", "product_name": "Benämning", "manager_id": "Säljare", "state": "Orderstatus",
    },
    "Danish": {
        "customer_id": "Kundenr., Debitornr.", "date": "Fakturadato, Ordredato, Bogføringsdato", "amount": "Beløb ekskl. moms, Linjebeløb",
        "order_id": "Fakturanr., Ordrenr., Bilagsnr.", "quantity": "Antal, Stk.", "unit_price": "Enhedspris, Stk. pris",
        "tax": "Momsbeløb", "gross": "Beløb inkl. moms", "product_name": "Varenavn", "manager_id": "Sælger",
    },
    "Norwegian": {
        "customer_id": "Kundenr, Kunde-ID", "date": "Fakturadato, Ordredato, Bilagsdato", "amount": "Beløp eks. mva, Sum eks. mva",
        "order_id": "Fakturanr, Ordrenummer", "quantity": "Antall, Mengde", "unit_price": "Enhetspris, Pris eks. mva",
        "tax": "MVA, Mva-beløp", "gross": "Beløp inkl. mva", "product_name": "Varenavn", "manager_id": "Selger",
    },
    "Finnish": {
        "customer_id": "Asiakasnumero, AsiakasID", "date": "Laskun päivämäärä, Laskupvm, Tilauspäivä", "amount": "Veroton summa, Summa (alv 0 %)",
        "order_id": "Laskunumero, Tilausnumero", "quantity": "Määrä, Kpl", "unit_price": "Yksikköhinta, à-hinta", "tax": "ALV, Alv-summa",
        "gross": "Verollinen summa", "product_name": "Tuotenimi", "state": "Tilauksen tila", "manager_id": "Myyjä",
    },
    "Croatian": {
        "customer_id": "Šifra kupca, KupacID, Šifra partnera", "date": "Datum računa, Datum fakture, Datum narudžbe",
        "amount": "Iznos bez PDV-a, Vrednost bez PDV, Osnovica", "order_id": "Broj računa, Broj fakture", "quantity": "Količina, Kom.",
        "unit_price": "Jedinična cijena, Jed. cena", "tax": "PDV, Iznos PDV-a", "gross": "Iznos s PDV-om", "product_name": "Naziv artikla",
    },
    "Bulgarian": {
        "customer_id": "Код на клиент, Клиентски номер", "date": "Дата на фактура, Дата на поръчка", "amount": "Стойност без ДДС (лв.), Данъчна основа",
        "order_id": "Номер на фактура, Поръчка №", "quantity": "Количество, К-во", "unit_price": "Единична цена, Ед. цена",
        "tax": "ДДС, Сума ДДС", "gross": "Стойност с ДДС", "product_name": "Наименование на стоката", "state": "Статус на поръчката",
    },
    "Ukrainian": {
        "customer_id": "Код клієнта, Код контрагента", "date": "Дата документа, Дата замовлення, Дата рахунку", "amount": "Сума без ПДВ (грн)",
        "order_id": "Номер рахунку, № замовлення", "quantity": "Кількість, К-сть", "unit_price": "Ціна, Ціна за одиницю",
        "tax": "ПДВ, Сума ПДВ", "gross": "Сума з ПДВ", "product_name": "Назва товару", "state": "Статус замовлення",
    },
    "Greek": {
        "customer_id": "Κωδικός πελάτη, ΚΩΔ. ΠΕΛΑΤΗ", "date": "Ημερομηνία τιμολογίου, Ημ/νία παραγγελίας", "amount": "Καθαρή αξία, Ποσό χωρίς ΦΠΑ (€)",
        "order_id": "Αριθμός τιμολογίου, Αρ. παραστατικού", "quantity": "Ποσότητα, Τεμάχια", "unit_price": "Τιμή μονάδας",
        "tax": "ΦΠΑ, Ποσό ΦΠΑ", "gross": "Σύνολο με ΦΠΑ", "product_name": "Περιγραφή είδους", "state": "Κατάσταση παραγγελίας",
    },
    "Hebrew": {
        "customer_id": "מספר לקוח, קוד לקוח", "date": "תאריך חשבונית, תאריך הזמנה", "amount": 'סכום לפני מע"מ, סה"כ ללא מע"מ (₪)',
        "order_id": "מספר חשבונית, מס' הזמנה", "quantity": "כמות, יחידות", "unit_price": "מחיר ליחידה", "tax": 'מע"מ',
        "gross": 'סכום כולל מע"מ', "product_name": "שם מוצר, תיאור פריט", "product_id": 'מק"ט', "state": "סטטוס הזמנה",
    },
    "Persian": {
        "customer_id": "کد مشتری, کد مشتري", "date": "تاریخ فاکتور, تاریخ سفارش", "amount": "مبلغ خالص (ریال), فروش خالص",
        "order_id": "شماره فاکتور, شماره سفارش", "quantity": "تعداد, مقدار", "unit_price": "قیمت واحد, فی", "tax": "مالیات بر ارزش افزوده",
        "product_name": "نام کالا, شرح کالا", "discount": "تخفیف", "state": "وضعیت سفارش",
    },
    "Thai": {
        "customer_id": "รหัสลูกค้า", "date": "วันที่ใบแจ้งหนี้, วันที่สั่งซื้อ", "amount": "มูลค่าก่อนภาษี (บาท), ยอดขายสุทธิ",
        "order_id": "เลขที่ใบกำกับภาษี, หมายเลขคำสั่งซื้อ", "quantity": "จำนวน, ปริมาณ", "unit_price": "ราคาต่อหน่วย",
        "tax": "ภาษีมูลค่าเพิ่ม", "product_name": "ชื่อสินค้า", "product_id": "รหัสสินค้า", "state": "สถานะคำสั่งซื้อ",
    },
    "Vietnamese": {
        "customer_id": "Mã khách hàng, MaKH, Mã KH", "date": "Ngày hóa đơn, NgayDat, Ngày chứng từ", "amount": "Thành tiền (VNĐ), ThanhTien, Tiền hàng",
        "order_id": "Số hóa đơn, Mã đơn hàng, SoHD", "quantity": "Số lượng, SoLuong", "unit_price": "Đơn giá, DonGia",
        "tax": "Thuế GTGT, Tiền thuế", "gross": "Thành tiền sau thuế", "product_name": "Tên sản phẩm, TenSP", "state": "Trạng thái đơn hàng",
    },
}  # fmt: skip

# A customer, a day and an amount that are a name only, bare, or a total: each worse than the best by as many ranks.
WORSE = [
    ("customer_id", 2, "Customer, Kunde, Client, Cliente, Klant, Kontrahent, Müşteri, Клиент, العميل, ग्राहक, 客户, 得意先, 거래처, Pelanggan, "
     "Zákazník, Odberateľ, Vevő, Cumpărător, Kund, Køber, Kjøper, Asiakas, Kupac, Купувач, Покупець, Πελάτης, לקוח, مشتری, ลูกค้า, Khách hàng"),
    ("customer_id", 3, "Company, Kundenname, Raison sociale, Razón social, Nome do cliente, Ragione sociale, Klantnaam, Cari Ünvan, "
     "Nazwa klienta, Наименование клиента, اسم العميل, ग्राहक का नाम, 客户名称, 得意先名, 거래처명, Nama Pelanggan, Název zákazníka, Názov odberateľa, "
     "Vevő neve, Denumire client, Kundnamn, Kundenavn, Asiakkaan nimi, Naziv kupca, Име на клиент, Назва клієнта, Επωνυμία, שם לקוח, "
     "نام مشتری, ชื่อลูกค้า, Tên khách hàng"),
    ("customer_id", 4, "E-Mail-Adresse, Courriel, Correo electrónico, E-mail do cliente, E-mailadres, E-posta, メールアドレス, 邮箱, 이메일"),
    ("customer_id", 5, "Kartennummer, Téléphone, CNPJ, NIP, Telefono, Telefoon, ИНН, 手机号, 会員番号, 회원번호, Nama Pengguna"),
    ("date", 2, "Date, Datum, Fecha, Data, Tarih, Дата, التاريخ, दिनांक, 日期, 日付, 일자, Tanggal, Monat, Mois, Mes, Mese, Maand, "
     "Měsíc, Deň, Dátum, Luna, Månad, Dato, Pvm, Mjesec, Месец, Місяць, Ημερομηνία, תאריך, تاریخ, วันที่, Ngày"),
    ("date", 3, "Paid at, Zahlungsdatum, Date de paiement, Fecha de pago, Data de pagamento, Data pagamento, Betaaldatum, "
     "Data zapłaty, Ödeme tarihi, Дата оплаты, تاريخ الدفع, भुगतान तिथि, 付款时间, 入金日, 결제일, Tanggal Bayar, Datum platby, Dátum úhrady, Fizetés dátuma, "
     "Data plății, Betaldatum, Betalingsdato, Maksupäivä, Datum plaćanja, Дата на плащане, Дата платежу, תאריך תשלום, تاریخ پرداخت, "
     "วันที่ชำระเงิน, Ngày thanh toán"),
    ("amount", 2, "Revenue, Umsatz, Montant, Importe, Valor, Importo, Omzet, Kwota, Tutar, Сумма, المبلغ, राशि, 金额, 売上, 매출액, Penjualan, "
     "Částka, Tržby, Árbevétel, Valoare, Belopp, Beløb, Beløp, Liikevaihto, Iznos, Стойност, Сума, Ποσό, סכום, مبلغ, ยอดขาย, Doanh thu"),
    ("amount", 3, "Total, Gesamtbetrag, Montant total, Importe total, Valor Total, Totale fattura, Totaalbedrag, Razem, "
     "Genel Toplam, Итого, الإجمالي, कुल राशि, 总金额, 請求金額, 합계금액, Total Harga, Celkem, Spolu, Összesen, Total de plată, "
     "Summa, I alt, Totalt, Yhteensä, Ukupno, Общо, Разом, Σύνολο, סה\"כ, جمع کل, ยอดรวม, Tổng cộng, close_value"),
    ("discount", 2, "Discount %, Rabatt %, Remise %, % descuento, Desconto %, Sconto %, Kortingspercentage, Rabat %, İskonto oranı, % скидки, نسبة الخصم, छूट %, 折扣率, 値引率, 할인율, Diskon %"),
    ("tax", 2, "Total tax, Summe MwSt., Total TVA, Total IVA, Total impostos, Totale IVA, Totaal btw, Suma VAT, Toplam KDV, Итого НДС, إجمالي الضريبة, कुल कर, 合计税额, 消費税合計, 세액합계, Total PPN"),
    ("state", 2, "Cancelled at, Storniert, Annulé, Anulado, Cancelado, Annullato, Geannuleerd, Anulowano, İptal, Отменен, ملغي, रद्द, 作废, "
     "キャンセル日, 취소여부, Dibatalkan"),
]  # fmt: skip

NO_NAME = (
    "Customer type, Customer Since, Customer country, Order count, Total orders, Discount %, Tax rate, Unit cost, Tags, "
    "Kundengruppe, Kundenart, Art, Ort, Zahlungsziel, Steuersatz, Anzahl Bestellungen, Type client, Taux TVA, Mode de paiement, "
    "Date de naissance, Échéance, Fecha de nacimiento, Tipo de cliente, Forma de pago, Vencimiento, Data de nascimento, "
    "Tipo de cliente, Forma de pagamento, Vencimento, Data di nascita, Tipo cliente, Aliquota IVA, Scadenza, Geboortedatum, "
    "Klantgroep, Betalingstermijn, Data urodzenia, Stawka VAT, Termin płatności, Doğum tarihi, KDV oranı, Vade tarihi, "
    "Дата рождения, Ставка НДС, Тип клиента, Срок оплаты, تاريخ الميلاد, نوع العميل, طريقة الدفع, जन्म तिथि, 客户类型, 出生日期, 税率, "
    "付款方式, 生年月日, 支払方法, 税率, 생년월일, 고객유형, 결제수단, Tanggal lahir, Metode pembayaran, Jatuh tempo, Jumlah, "
    "Datum splatnosti, Způsob platby, Datum narození, Dátum splatnosti, Fizetési határidő, Fizetési mód, Scadență, Mod de plată, "
    "Förfallodatum, Betalningssätt, Forfaldsdato, Forfallsdato, Betalingsmåte, Eräpäivä, Maksutapa, Datum dospijeća, Način plaćanja, "
    "Падеж, Начин на плащане, Термін оплати, Дата народження, Ημερομηνία λήξης, Τρόπος πληρωμής, תאריך פירעון, אמצעי תשלום, "
    "تاریخ سررسید, روش پرداخت, วันครบกำหนด, วิธีชำระเงิน, Hạn thanh toán, Phương thức thanh toán, Ngày sinh, År, Ár, Daň, Dan"
)


def listed(language):
    """Every name of a language: as written, its role and its rank."""
    for role, ranks in words(language)["columns"].items():
        for k, names in enumerate(ranks, start=1):
            yield from ((name, role, k) for name in names.split(", ") if name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_role(language):
    there = words(language)["columns"]
    assert set(there) == ROLES


def test_no_name_means_two_of_ours():
    roles, ranks = {}, {}
    for language in LANGUAGES:
        for name, role, k in listed(language):
            roles.setdefault(plain(name), set()).add(role)
            ranks.setdefault((plain(name), role), set()).add(k)
    two = {n: r for n, r in roles.items() if any(frozenset(pair) not in HARMLESS for pair in combinations(r, 2))}
    assert not two
    assert not {n: k for n, k in ranks.items() if len(k) > 1}, "one rank for a name in every language"
    own = {plain(role): role for role in ROLES}
    assert not {n: r for n, r in roles.items() if own.get(n) not in {None, *r}}
    harmless = {frozenset(r) for r in roles.values() if len(r) > 1}
    assert harmless == set(HARMLESS), "what is listed as harmless occurs"


def test_every_name_is_recognised_as_what_it_is_listed_for():
    for language in LANGUAGES:
        for name, role, k in listed(language):
            assert rank("ledger", role, name) in (0, k), (language, name, role)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_best_names_of_a_language_are_recognised(language):
    assert len(BEST[language]) >= 6
    for role, names in BEST[language].items():
        for name in names.split(", "):
            assert rank("ledger", role, name) in (0, 1), (name, role)
            others = [r for r in ROLES - {role} if rank("ledger", r, name) is not None]
            assert all(frozenset({role, r}) in HARMLESS for r in others), (name, others)


@pytest.mark.parametrize(("role", "k", "names"), WORSE)
def test_a_rank_means_the_same_in_every_language(role, k, names):
    assert {n: rank("ledger", role, n) for n in names.split(", ")} == dict.fromkeys(names.split(", "), k) | (
        {"Date": 0} if role == "date" and k == 2 else {}
    )


@pytest.mark.parametrize("name", dict.fromkeys(NO_NAME.split(", ")))
def test_what_is_no_customer_day_or_amount_is_not_taken_for_one(name):
    assert [r for r in ("customer_id", "date", "amount") if rank("ledger", r, name) is not None] == []


def test_no_role_is_called_as_a_month():
    for name in (*calendar.month_abbr[1:], *calendar.month_name[1:], "1", "2024", "Q1", "1月", "1월"):
        assert [r for r in ROLES if rank("ledger", r, name) is not None] == [], name


def test_a_name_that_is_known_whole_is_not_looked_up_in_parts():
    assert rank("ledger", "amount", "MwSt.-Betrag") is None
    assert rank("ledger", "order_id", "Tot. Fattura") is None
    assert rank("ledger", "amount", "Tot. Fattura") == 3
    assert rank("ledger", "order_id", "Pieces") is None


@pytest.mark.parametrize("one", [" ", "_", "(", ", ", "./", "a", "\t["])
def test_a_hostile_header_takes_no_time(one):
    began = time.perf_counter()
    assert rank("ledger", "amount", "x" + one * 20_000 + "x") is None  # took minutes
    assert currency_of(one * 20_000) == ""
    assert time.perf_counter() - began < 5


def test_the_page_of_synonyms_is_the_list():
    page = Path(__file__).parent.parent / "docs" / "synonyms.md"
    assert page.read_text("utf-8") == synonyms_page(), "python -m kamlib.book.roles.synonyms > docs/synonyms.md"


# States of every language, by what they say; the last were refunded in part.
STATES = {
    "English": "Cancelled, Draft / Refunded / Credit Memo / Shipped, Unpaid / Partially refunded",
    "German": "Storniert, Entwurf / Rückerstattet / Gutschrift / Bezahlt, Offen / Teilweise erstattet",
    "French": "Annulée, Devis / Remboursé / Avoir / Payée, Expédié / Partiellement remboursé",
    "Spanish": "Anulada, Presupuesto / Reembolsado / Factura rectificativa / Pagada, Pendiente / Parcialmente reembolsado",
    "Portuguese": "Cancelado, Orçamento / Estornado / Nota de crédito / Faturado, Em aberto / Parcialmente reembolsado",
    "Italian": "Annullato, Preventivo / Rimborsato / Nota di credito / Pagata, Evaso / Parzialmente rimborsato",
    "Dutch": "Geannuleerd, Offerte / Terugbetaald / Creditnota / Betaald, Verzonden / Gedeeltelijk terugbetaald",
    "Polish": "Anulowana, Szkic / Zwrócono / Faktura korygująca / Opłacone, W realizacji / Częściowo zwrócone",
    "Turkish": "İptal Edildi, Taslak / İade Edildi / İade Faturası / Ödendi, Kargoya Verildi / Kısmi iade",
    "Russian": "Отменён, Черновик / Возвращён / Корректировочный счёт / Оплачен, Отгружен / Частично возвращён",
    "Arabic": "ملغي, مسودة / مسترد / إشعار دائن / مدفوعة, مكتمل / جزئيا مسترد",
    "Hindi": "रद्द, प्रारूप / रिफंड किया गया / क्रेडिट नोट / भुगतान लंबित, पूर्ण / आंशिक रिफंड",
    "Chinese": "已取消, 作廢, 交易关闭 / 已退款 / 红字发票 / 已付款, 待发货, 交易成功 / 部分退款",
    "Japanese": "キャンセル, 見積 / 返金済 / 赤伝 / 発送済, 入金待ち / 一部返金",
    "Korean": "주문취소, 견적 / 환불완료 / 수정세금계산서 / 배송완료, 결제대기 / 부분환불",
    "Indonesian": "Dibatalkan, Penawaran / Dikembalikan / Nota Kredit / Lunas, Belum dibayar / Sebagian dikembalikan",
    "Czech": "Stornováno, Zrušena, Koncept / Vráceno / Dobropis / Zaplaceno, Čeká na platbu, Vyřízená / Částečně vráceno",
    "Slovak": "Stornovaná, Zrušené, Cenová ponuka / Vrátené / Dobropis / Uhradená, Nezaplatené, Odoslané / Čiastočne vrátené",
    "Hungarian": "Sztornó, Törölve, Árajánlat / Visszatérítve / Helyesbítő számla / Fizetve, Fizetésre vár, Kiszállítva / Részben visszatérítve",
    "Romanian": "Anulată, Ciornă, Ofertă / Rambursat / Notă de credit / Plătită, Neachitat, Livrată / Parțial rambursat",
    "Swedish": "Makulerad, Avbruten, Utkast, Offert / Återbetald / Kreditfaktura / Betald, Skickad, Ej betald / Delvis återbetald",
    "Danish": "Annulleret, Kladde, Tilbud / Refunderet / Kreditnota / Betalt, Afsendt, Ikke betalt / Delvist refunderet",
    "Norwegian": "Kansellert, Kladd, Tilbud / Refundert / Kreditnota / Betalt, Levert, Ubetalt / Delvis refundert",
    "Finnish": "Peruttu, Luonnos, Tarjous / Palautettu / Hyvityslasku / Maksettu, Toimitettu, Avoin / Osittain palautettu",
    "Croatian": "Stornirano, Otkazana, Nacrt, Ponuda / Vraćeno / Knjižno odobrenje / Plaćeno, Isporučena, U obradi / Djelomično vraćeno",
    "Bulgarian": "Анулирана, Отказана, Чернова, Оферта / Възстановена / Кредитно известие / Платена, Изпратена, Неплатена / Частично възстановена",
    "Ukrainian": "Скасовано, Чернетка / Повернено / Коригування / Оплачено, Відвантажено, Очікує оплати / Частково повернено",
    "Greek": "Ακυρώθηκε, Πρόχειρο, Προσφορά / Επιστράφηκε / Πιστωτικό τιμολόγιο / Πληρωμένο, Ολοκληρώθηκε, Σε εκκρεμότητα / Μερική επιστροφή χρημάτων",
    "Hebrew": "בוטל, מבוטלת, טיוטה, הצעת מחיר / הוחזר / חשבונית זיכוי / שולם, נשלח, ממתין לתשלום / חלקית הוחזר",
    "Persian": "لغو شده, پیش‌نویس, پیش فاکتور / مرجوعی / برگشت از فروش / پرداخت شده, ارسال شده, در انتظار پرداخت / بخشی مرجوع",
    "Thai": "ยกเลิกแล้ว, ฉบับร่าง, ใบเสนอราคา / คืนเงินแล้ว / ใบลดหนี้ / ชำระแล้ว, จัดส่งแล้ว, รอชำระเงิน / คืนเงินบางส่วน",
    "Vietnamese": "Đã hủy, Bản nháp, Báo giá / Đã hoàn tiền / Hàng bán bị trả lại / Đã thanh toán, Hoàn thành, Đang giao / Hoàn tiền một phần",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_of_a_language_are_understood(language):
    said = STATES[language].split(" / ")
    for what, states in zip(("left out", "refunded", "credit", "sold", PARTLY), said, strict=True):
        assert {s: treatment(s, Options()) for s in states.split(", ")} == dict.fromkeys(states.split(", "), what)


def test_every_word_of_a_state_says_what_it_is_listed_for():
    for language in LANGUAGES:
        whole = ", ".join(words(language)["states"].values()).split(", ")
        for what, listed_words in words(language)["states"].items():
            says = "sold" if what == PARTS else what
            for word in listed_words.split(", "):
                if f"{word}." not in whole:  # alone, it says something else than with more words
                    assert treatment(word, Options()) == says, (language, word)


@pytest.mark.parametrize(
    "value",
    (
        "Ohio, Bayern, São Paulo, İzmir, Москва, دبي, दिल्ली, 广东, 東京, 서울, Jakarta, CA, NY, MO, Peru, Praha, Brno, Budapest, Cluj, Skåne, Oslo, Zagreb, "
        "София, Київ, Αθήνα, תל אביב, تهران, ร้อยเอ็ด, เชียงใหม่, Hà Nội, Huế, Đồng Nai"
    ).split(", "),
)
def test_a_place_is_no_state_of_a_line(value):
    assert treatment(value, Options()) == UNKNOWN
