import code_under_test as code


def test_record(numbers):
    numbers(code.record, 5000)


def test_rows(numbers):
    numbers(code.rows, 4)


def test_words(numbers):
    numbers(code.words, "a,bb,c,dd,e,ff,g")


def test_counted(numbers):
    numbers(code.counted, "b,a,b,c")


def test_matched(numbers):
    numbers(code.matched, "a=1 b=20000")


def test_caught(numbers):
    numbers(code.caught, 3)


def test_summed(numbers):
    numbers(code.summed, 3)


def test_text(numbers):
    numbers(code.text, 1.5)
