"""What the words right beside a sum of money say of it, as patterns; on text in lower case."""

import re

UP_TO = re.compile(
    r"\b(?:up ?to|upto|max(?:imum)?\.?(?: of)?|as (?:high|much) as|bis(?: zu)?|jusqu['’]à|hasta|até|do|tot|upp till"
    r"|op til|opp til|maximaal|fino a|nawet do|až|până la|до|hingga|đến|tới|最高)\s*:?\s*$"
)
FROM = re.compile(
    r"\b(?:from|starting (?:at|from)|start(?:s|ing salary is)? at|begins? (?:at|from)|at least|min(?:imum)?\.?(?: of)?"
    r"|ab|od|mindestens|desde|a partir de|à partir de|partir de|dès|vanaf|minimaal|från|fra|da|de la|dari|mulai"
    r"|not less than|от|від|từ|alkaen|upwards of|over|more than)\s*:?\s*$"
)
OR_MORE = re.compile(
    r"\s?(?:and (?:up|above|more|over)\b|or (?:more|above|higher)\b|upwards|und mehr"
    r"|et plus|o más|ou mais|以上|起|[〜～](?!\s?[\d¥￥])"
    r"|plus(?=\s*$))"
)
OR_LESS = re.compile(r"\s?(?:or (?:less|below)|max(?:imum)?\b|以下|まで|以内)")
OTE_NEXT = re.compile(
    r"\W*(?:\w{3}\W+)?inclu\w+[^.\n]{0,40}commission"
    r"|[\s(]{0,3}(?:(?!plus |and |with |in |excl|not )\w+ ){0,3}\(?(?:ote\b|on[- ]target)"
)
"""On-target earnings by what follows: `$140,000 (OTE)`, `$140,000, including commission`."""
OTE_BEFORE = re.compile(r"(?<!not )inclu\w+[^.\n]{0,40}commission")
VARIABLE = re.compile(r"(?<!not )inclu\w+[^.\n]{0,40}variable")
"""A seller's variable pay is commission; anybody else's is a bonus, and part of the pay."""
MORE = re.compile(
    r"[+,;(&\n、，；＋（]|\bplus\b|\band\b|\bwith\b|\bas well\b|\bnot\b|\.\s|\s[-–—|•]\s"
    r"|\b(?:und|sowie|mit|zzgl|zuzüglich|inkl|et|avec|más|mais|con|com|più|oraz|samt|och|og)\b"
)
"""Where what follows a sum ends and something beside it begins: `$80,000 plus bonus`."""
BENEFIT_NEXT = re.compile(
    r" ?(?:(?!plus |and |with |in |on |as |\+ )[\w&/'-]+ ){0,6}?(?:allowance|stipend|budget|reimbursement|voucher|grant"
    r"|coupons?|credits?|bonus)\b"
)
OF_THE_PERIOD = re.compile(r"\b(?P<period>hourly|annual) (?:[\w-]+ ){0,2}(?:rate|salary|pay|wage|compensation)\b")
FOR_SALES = re.compile(r"for sales roles?\b[^.\n]{0,120}(?:on[- ]target|\bote\b)")
SALES_TITLE = re.compile(
    r"\b(?:sales|account (?:executive|manager|director)|business development|gtm|go-to-market|[sb]dr|vertrieb"
    r"|ventas|vendas|commercial(?:e)?)\b",
    re.IGNORECASE,
)
RUN_TOGETHER = re.compile(r"(?<=[a-zà-ÿ.)])[A-ZÀ-Þ]")
"""Where some boards run lines together: `per yearThis job is eligible for a bonus`."""
MONEY_SIGN = re.compile(r"[\U0001f4b0\U0001f4b4-\U0001f4b8\U0001f911]\W{0,3}$")
"""A pictured bag of money, notes or coins ahead of a sum."""
SEGMENT = re.compile(r"[\n|•·]|;\s")
APART = re.compile(r"[,;.\d]")
TRAINEE = re.compile(
    r"\b(?:intern|trainee|fellow|apprentice|praktik|werkstudent|stag(?:e|iaire)\b|becari|estagi)", re.IGNORECASE
)
PLUS_PAY = re.compile(
    r"[\s(]{0,2}(?:\+|plus|and|und) ?(?:\w+ )?"
    r"(?:bonus|benefits|commission|equity|stock|super\b|superannuation|package|otp\b)"
)
"""What goes with pay alone: `£60k plus bonus and benefits`."""
TAXED = re.compile(
    r"[\s(]{0,2}(?:gross|net|brutt?o|nett?o|bruts?|brut[oa]s|lord[oi]|hrub\w{1,4}|čist\w{1,4}"
    r"|líquid[oa]s?|бруто|брутто|нетто|на руки|税込|税前|税后|\+ ?(?:vat|iva|mva|moms)\b|ht\b"
    r"|(?:excl?|ekskl|exkl|plus|zzgl)\.? (?:vat|btw|iva|moms|mva|mwst|ust)\b)"
)
"""Taxes that are told of behind pay alone: `18 000 PLN + VAT`, `2.400 € brutto`."""
TAXED_BEFORE = re.compile(r"\b(?:gross|brutt?o|nett?o|brut|lord[oi]|bruttó|nettó)\W{0,3}$")
OFFERED = re.compile(
    r"\b(?:we|they) (?:offer|are offering|pay|will pay)(?: you)?(?: (?:a|an|up to|from|around|circa|approx\.?))*\s*$"
    r"|\bwir (?:bieten|zahlen)(?: (?:dir|ihnen|bis zu|ab))*\s*$|\b(?:wij bieden|vi erbjuder|vi tilbyr|vi tilbyder)\s*$"
    r"|\b(?:nous (?:offrons|proposons)|on offre|ofrecemos|oferecemos|offriamo|oferujemy|nabízíme|oferim|kínálunk)\s*$"
)
"""Who hires says what it gives: `We offer CHF 110'000.`"""
CLAUSE_ENDS = re.compile(
    r"\s*(?:$|[.,;(\n+]|(?:plus|and|und|et|y|e) |(?:gross|brut\w*|net\w*|for (?:this|the) (?:role|position|job)"
    r"|depending|based on|je nach|selon|según|dependendo)\b)"
)
TOTAL_BEFORE = re.compile(
    r"\btotal (?:annual |yearly |target |cash )*(?:comp(?:ensation)?|cash|package|remuneration|rewards?|pay)\b"
    r"[^\d\n]{0,20}$"
)
SURE_PART = re.compile(
    r"\b(?:base|basic|fixed|fixe?|fixgehalt|fijo|fixo)\b[^\d\n+&]{0,20}\d"
    r"|\d[\d.,]{0,10}k? (?:base|basic|fixed|fixe?|fijo|fixo)\b"
)
"""The sum of a base pay, beside that of all pay."""
ADDED = re.compile(r"(?:\+|\bplus|\bzzgl\.?|\bzuzüglich|\bmás|\bmais)\s*(?:up to |bis zu |an? )*$")
"""What comes on top of the pay named before: `$38/hr + $4/hr`."""
TIMES_SALARY = re.compile(r"\d ?(?:x|×|times) (?:(?:your|annual|base) )*salary\b[^\n]{0,40}$")
"""What an insurance pays: `life cover of 4x salary (max £500,000)`."""
FULL_TIME_NEXT = re.compile(
    r"[\s(,]{0,3}(?:p\.?a\.?|per annum|a year)?[\s(,]{0,3}(?:fte\b|full[- ]time equivalent|pro[- ]rata)"
)
ACTUAL = re.compile(r"\bactual\b[^\d\n]{0,25}\d|\d[\d,.]{2,9}k?[^\d\n]{0,15}\bactual\b")
"""What part-time work really pays, beside its full-time equivalent: `£30,000 FTE (£18,000 actual)`."""
VARIED = re.compile(r"\b(?:variable|bonus|incentives?|joining|retention|esops?|rsus?)\b[^,;\d]{0,12}$")
LEAST_PAID = re.compile(
    r"\b(?:kv-?)?mindest(?:grund|brutto|monats|jahres)*(?:gehalt|lohn|entgelt)\b[^\d\n]{0,60}$"
    r"|\bminimum (?:gross |annual |monthly |base )*(?:salary|wage|pay)\b[^\d\n]{0,40}$"
)
"""Pay that may only be exceeded, as Austrian law asks for: `Mindestgehalt laut Kollektivvertrag: EUR 3.200`."""
ABBREVIATIONS = (" excl", "(excl", " incl", "(incl", " exkl", " ekskl", " inkl", " zzgl")
"""Words that a stop is written behind, ahead of a capital."""
