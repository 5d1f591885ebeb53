"""The words of a failed check."""


def explain(called: str, returned: object, expected: object, cause: str) -> str:
    """What was called, what came back, what was expected, and the likely cause in Korean and English."""
    return (
        f"\n호출 / called:    {called}\n결과 / returned:  {returned}\n기대 / expected:  {expected}\n{cause}\n"
    )
