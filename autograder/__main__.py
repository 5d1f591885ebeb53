"""``python -m autograder`` is the same as ``autograder``.

Every process that grades imports the main module anew, and needs no command line.
"""


def main() -> None:
    from autograder.cli import main

    main()


if __name__ == "__main__":
    main()
