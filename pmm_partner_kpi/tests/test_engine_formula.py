import random
from decimal import Decimal

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..engine import formula
from ..queries.formula import formula as to_sql

VALUES = {
    "a": "12",
    "b": "5",
    "zero": "0",
    "low": "-7.25",
    "tiny": "0.0001",
    "big": "123456789012.3456",
    "void": None,
}
# (formula, value), run through the engine and through PostgreSQL
CASES = [
    ("a", "12"),
    ("a + b", "17"),
    ("a - b - 3", "4"),
    ("a - (b - 3)", "10"),
    ("2 + a * b", "62"),
    ("(2 + a) * b", "70"),
    ("a / b", "2.4"),
    ("a / b / 2", "1.2"),
    ("-a + b", "-7"),
    ("- -a", "12"),
    ("-low", "7.25"),
    (".5 * a + 1.", "7"),
    ("7.50 + a", "19.5"),
    ("\n a\t+ b ", "17"),
    # cut after 18 digits, on both sides of zero
    ("1 / 3", "0.333333333333333333"),
    ("2 / 3", "0.666666666666666666"),
    ("-2 / 3", "-0.666666666666666666"),
    ("2 / 3 * 3", "1.999999999999999998"),
    ("big / 7", None),
    ("tiny * tiny * tiny", "0.000000000001"),
    ("big * big", None),
    # no data, and what divides by nothing
    ("void", None),
    ("a + void", None),
    ("0 * void", None),
    ("a / zero", None),
    ("zero / a", "0"),
    ("0 / 0", None),
    ("min(a, void)", None),
    ("max(a / zero, b)", None),
    ("abs(void)", None),
    ("round(void, 2)", None),
    # functions
    ("min(a, b)", "5"),
    ("max(a, b, 99, low)", "99"),
    ("min(max(low, 0), min(a, b), 3)", "0"),
    ("abs(low)", "7.25"),
    ("abs(-a)", "12"),
    ("round(2.5)", "3"),
    ("round(-2.5)", "-3"),
    ("round(2.49)", "2"),
    ("round(2.345, 2)", "2.35"),
    ("round(-2.345, 2)", "-2.35"),
    ("round(2.344, 2)", "2.34"),
    ("round(a / b, 0)", "2"),
    ("min(a, 10) + 2 * b", "20"),
]
# (what is no formula, code, position, what it is about)
REFUSED = [
    ("", "empty", 1, ""),
    ("  \n", "empty", 1, ""),
    ("a +", "syntax", 4, ""),
    ("a b", "syntax", 3, ""),
    ("(a", "syntax", 1, ""),
    ("a)", "syntax", 2, ""),
    ("a == b", "character", 3, "="),
    ("a < b", "character", 3, "<"),
    ("a % b", "character", 3, "%"),
    ("a # b", "character", 3, "#"),
    ("'a'", "character", 1, "'"),
    ("a[0]", "character", 2, "["),
    ("ä + b", "character", 1, "ä"),
    ("2 × a", "character", 3, "×"),
    ("a\x00", "character", 2, "\x00"),
    ("a ** b", "operator", 1, ""),
    ("a // b", "operator", 1, ""),
    ("b + a.c", "syntax", 5, ""),
    ("a if b else c", "syntax", 1, ""),
    ("a and b", "syntax", 1, ""),
    ("lambda", "syntax", 7, ""),
    ("+a", "syntax", 1, ""),
    ("None", "number", 1, "None"),
    ("a + True", "number", 5, "True"),
    ("a, b", "comma", 1, ""),
    ("(1,5) * a", "comma", 1, ""),
    ("1e5", "number", 1, "1e5"),
    ("0x10", "number", 1, "0x10"),
    ("1_000", "number", 1, "1_000"),
    ("2j", "number", 1, "2j"),
    ("a + 1000000000000", "huge", 5, "1000000000000"),
    ("0.123456789", "huge", 1, "0.123456789"),
    ("min", "bare_function", 1, "min"),
    ("min(a)", "arguments", 1, "min"),
    ("abs(a, b)", "arguments", 1, "abs"),
    ("round()", "arguments", 1, "round"),
    ("min(*a)", "arguments", 1, "min"),
    ("round(a, a)", "digits", 10, ""),
    ("round(a, 9)", "digits", 10, ""),
    ("round(a, -1)", "digits", 10, ""),
    ("round(a, 1.5)", "digits", 10, ""),
    ("eval(a)", "function", 1, "eval"),
    ("a(b)", "function", 1, "a"),
    ("a.min(b)", "function", 1, ""),
    ("__import__(a)", "function", 1, "__import__"),
    ("a" * 501, "long", 501, ""),
    ("+".join("a" * 101), "long", 1, ""),
    ("(" * 240 + "a" + ")" * 240, "syntax", None, ""),
    ("-" * 50 + "a", "deep", None, ""),
    ("-" * 400 + "a", None, None, ""),
]


@tagged("post_install", "-at_install")
class TestEngineFormula(TransactionCase):
    """K6: a formula is parsed to a tree, and means the same in Python and in PostgreSQL."""

    def _both(self, text, values):
        """Return the value of ``text`` by the engine and by PostgreSQL."""
        tree = formula.parse(text)
        columns = {code: SQL("%s::numeric", value) for code, value in values.items()}
        [[found]] = self.env.execute_query(SQL("SELECT (%s)::text", to_sql(tree, columns)))
        numbers = {code: value and Decimal(value) for code, value in values.items()}
        return formula.evaluate(tree, numbers), found and Decimal(found)

    def test_cases(self):
        """K6: each case through both; no data and a division by zero make the whole void."""
        for text, expected in CASES:
            with self.subTest(text):
                python, postgres = self._both(text, VALUES)
                self.assertEqual(python, postgres)
                if "big" not in text:
                    self.assertEqual(python, expected and Decimal(expected))

    def test_large_numbers_stay_exact(self):
        """K6: nothing is rounded by chance, however long the figures grow."""
        python, postgres = self._both("*".join(["big"] * 30) + "/ tiny", VALUES)
        self.assertEqual(python, postgres)
        cut = 1234567890123456**30 * 10**22 // 10**120
        self.assertEqual(str(python).replace(".", ""), str(cut).rstrip("0"))

    def test_random_formulas(self):
        """K6: 200 random trees have the same value in both."""
        chance = random.Random(20260415)

        def grow(depth):
            kind = chance.randrange(9 if depth else 2)
            if kind == 0:
                return chance.choice(sorted(VALUES.keys() - {"void"}))
            if kind == 1:
                return str(chance.choice([0, 1, 3, 0.25, 7.5, 1000]))
            parts = [grow(depth - 1) for _part in range(2)]
            if kind == 2:
                return f"{chance.choice(['min', 'max'])}({', '.join(parts)})"
            if kind == 3:
                return f"round({parts[0]}, {chance.randrange(4)})"
            if kind == 4:
                return f"abs(-{parts[0]})"
            return f"({parts[0]} {'+-*/'[kind - 5]} {parts[1]})"

        void = 0
        for _number in range(200):
            text = grow(4)
            with self.subTest(text):
                python, postgres = self._both(text, VALUES)
                self.assertEqual(python, postgres)
                void += python is None
        self.assertTrue(5 < void < 150)

    def test_what_is_no_formula(self):
        """K6: all else is refused, with the place and a code; nothing of it is ever executed."""
        for text, code, position, detail in REFUSED:
            with self.subTest(text), self.assertRaises(formula.FormulaError) as caught:
                formula.parse(text)
            if code:
                self.assertEqual(caught.exception.code, code, text)
                self.assertEqual(caught.exception.detail, detail, text)
            if position:
                self.assertEqual(caught.exception.position, position, text)

    def test_limits(self):
        """K6: the longest, deepest and largest that is allowed, and one more."""
        for text in (
            "a" * 500,
            "-" * 49 + "a",
            "+".join("a" * 50),
            "999999999999.12345678",
            "round(a, 8)",
        ):
            with self.subTest(text):
                formula.parse(text)
        with self.assertRaises(formula.FormulaError):
            formula.parse("+".join("a" * 51))

    def test_names(self):
        """K6: codes are read from the tree, with their place, and can be renamed in the text."""
        tree = formula.parse(" max(rev, rev2) / rev")
        self.assertEqual(formula.names(tree), {"rev", "rev2"})
        self.assertEqual(formula.position_of(tree, "rev"), 6)
        self.assertEqual(formula.renamed(" max(rev, rev2)/rev", "rev", "r"), " max(r, rev2)/r")
