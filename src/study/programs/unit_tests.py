"""A test suite: found, run, with fixtures, sub-tests, expected failures and mocks."""

import unittest
from unittest import mock


class Account:
    def __init__(self, bank):
        self.bank = bank
        self.balance = 0

    def pay(self, amount):
        if amount <= 0:
            raise ValueError("nothing to pay")
        self.balance += amount
        self.bank.note(self, amount)


class AccountTest(unittest.TestCase):
    def setUp(self):
        self.bank = mock.Mock()
        self.account = Account(self.bank)

    def test_pay(self):
        self.account.pay(5)
        self.assertEqual(self.account.balance, 5)
        self.bank.note.assert_called_once_with(self.account, 5)

    def test_refuses(self):
        for amount in (0, -1):
            with self.subTest(amount=amount):
                with self.assertRaisesRegex(ValueError, "nothing"):
                    self.account.pay(amount)

    @unittest.expectedFailure
    def test_wrong(self):
        self.assertEqual({"balance": self.account.balance}, {"balance": 1})

    @mock.patch.object(Account, "pay", autospec=True)
    def test_patched(self, pay):
        self.account.pay(3)
        pay.assert_called_once_with(self.account, 3)


def main():
    loader = unittest.TestLoader()
    for _ in range(10):
        result = unittest.TestResult()
        loader.loadTestsFromTestCase(AccountTest).run(result)
        assert result.testsRun == 4 and result.wasSuccessful() and len(result.expectedFailures) == 1


main()
