import unittest

import app


class Tests(unittest.TestCase):
    def test_double(self):
        self.assertEqual(app.double(2), 4)
