for i in range(100000): a = i + 1
