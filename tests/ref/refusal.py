"""How the verifier says no."""


class Refused(Exception):
    """check: one of the names in security.md, section 6."""

    def __init__(self, check_name, why):
        super().__init__("%s: %s" % (check_name, why))
        self.check, self.why = check_name, why


def check(ok, name, why):
    if not ok:
        raise Refused(name, why)
