"""What people type on the pages of settings, read and refused beside the field. Services check it all once more."""

from workspace.forms.catalogue import (
    AttributeForm,
    AttributeGroupForm,
    FamilyForm,
    FieldsForm,
    LabelledForm,
    RecordTypeForm,
    RelationTypeForm,
    RuleForm,
)
from workspace.forms.fields import INVERSE, LABEL, OFFERED, Columns, Offered, SettingForm, Words, category_offers
from workspace.forms.markets import ChannelForm, LocaleForm, MarketForm, PresetForm
from workspace.forms.people import (
    AccessForm,
    GrantForm,
    GroupForm,
    KeyForm,
    MemberForm,
    PasswordForm,
    PersonForm,
    QueueForm,
    RoleForm,
    ViewAsForm,
)
from workspace.forms.providers import OpenIDForm, ProviderForm, ProviderRights, SAMLForm
from workspace.forms.taxonomy import SchemaForm, TreeForm, VocabularyForm

__all__ = [
    "INVERSE",
    "LABEL",
    "OFFERED",
    "AccessForm",
    "AttributeForm",
    "AttributeGroupForm",
    "ChannelForm",
    "Columns",
    "FamilyForm",
    "FieldsForm",
    "GrantForm",
    "GroupForm",
    "KeyForm",
    "LabelledForm",
    "LocaleForm",
    "MarketForm",
    "MemberForm",
    "Offered",
    "OpenIDForm",
    "PasswordForm",
    "PersonForm",
    "PresetForm",
    "ProviderForm",
    "ProviderRights",
    "QueueForm",
    "RecordTypeForm",
    "RelationTypeForm",
    "RoleForm",
    "RuleForm",
    "SAMLForm",
    "SchemaForm",
    "SettingForm",
    "TreeForm",
    "ViewAsForm",
    "VocabularyForm",
    "Words",
    "category_offers",
]
