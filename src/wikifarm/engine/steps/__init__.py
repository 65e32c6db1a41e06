"""The steps, in the order that keeps people private: rights come before the first form."""

from wikifarm.engine.backup import Backups
from wikifarm.engine.step import AnyStep
from wikifarm.engine.steps.access import (
    AccountsStep,
    ClosingStep,
    GroupsStep,
    ModuleRightsStep,
    RightsStep,
)
from wikifarm.engine.steps.attached import FilesStep
from wikifarm.engine.steps.bazar import FormsStep, ListsStep
from wikifarm.engine.steps.content import PagesStep, SettingsStep
from wikifarm.engine.steps.look import LooksStep
from wikifarm.engine.steps.proposals import ProposalsStep
from wikifarm.engine.steps.tidy import TidyStep


def all_steps(backups: Backups) -> tuple[AnyStep, ...]:
    """Every step, in order. `backups` keeps what is removed."""
    return (
        # First: what came with the wiki has no rights of its own, and the log that YesWiki keeps of
        # the groups is made with those of the settings.
        SettingsStep(),
        AccountsStep(),
        GroupsStep(),
        ModuleRightsStep(),
        ClosingStep(),  # before a page says what those who read it so far are not to know
        PagesStep(),
        ProposalsStep(),
        # After the rights of actions: setting those writes an administrative log, closed here.
        RightsStep(),
        ListsStep(),
        FormsStep(),
        FilesStep(),
        LooksStep(),
        TidyStep(backups),
    )
