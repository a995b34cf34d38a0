"""The licences and terms under which pictures, recordings and documents are shown."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
        return NAMES.get(self, self.value)

    @property
    def url(self):
        """The licence's own text, where it has one."""
        if self is Licence.CC0:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        if self.value.startswith("CC "):
            kind, version = self.value.split(" ")[1:]
            return f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
        return ""


# What has a name in each language; the others have one for the whole world.
NAMES = {
    Licence.ALL_RIGHTS: _("All rights reserved"),
    Licence.STAFF: _("Staff"),
    Licence.HANDOUT: _("Handout"),
    Licence.PUBLIC_DOMAIN: _("Public domain"),
    Licence.NO_KNOWN: _("No known copyright restrictions"),
}


class Origin(models.TextChoices):
    """Whether a machine made or altered what is shown. Readers are told."""

    HUMAN = "", _("Taken or drawn by people")
    ALTERED = "altered", _("Altered by a machine")
    GENERATED = "generated", _("Made by a machine")
