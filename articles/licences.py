"""The licences and terms under which pictures, recordings and documents are shown."""

from django.db import models


class Licence(models.TextChoices):
    ALL_RIGHTS = "All rights reserved"
    STAFF = "Staff"
    HANDOUT = "Handout"
    PUBLIC_DOMAIN = "Public domain"
    NO_KNOWN = "No known copyright restrictions"
    CC0 = "CC0 1.0"
    CC_BY_2 = "CC BY 2.0"
    CC_BY_2_5 = "CC BY 2.5"
    CC_BY_3 = "CC BY 3.0"
    CC_BY_4 = "CC BY 4.0"
    CC_BY_SA_2 = "CC BY-SA 2.0"
    CC_BY_SA_2_5 = "CC BY-SA 2.5"
    CC_BY_SA_3 = "CC BY-SA 3.0"
    CC_BY_SA_4 = "CC BY-SA 4.0"

    @property
    def label(self):
        return self.value

    @property
    def url(self):
        """The licence's own text, where it has one."""
        if self is Licence.CC0:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        if self.value.startswith("CC "):
            _, kind, version = self.value.split(" ")
            return f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
        return ""


class Origin(models.TextChoices):
    """Whether a machine made or altered what is shown. Readers are told."""

    HUMAN = "", "Taken or drawn by people"
    ALTERED = "altered", "Altered by a machine"
    GENERATED = "generated", "Made by a machine"
