kept = [object() for i in range(100000)]
