def double(n):
    return 2 * n


def main():
    print("zipped", double(21))
