"""What is asked of a farm, of a real one to know and of the rehearsal farm to compare.

Each question has a name in plain words; the answers by that name are what is kept, and compared.
The wiki that is asked was made for it: nothing of the farm's own is changed, but for an entry and
two wikis that are removed at once.
"""

from __future__ import annotations

import json
from typing import Any

import httpx

from .person import Person

Answers = dict[str, dict[str, Any]]

PASSWORD = "MotDePasseDEssai123"
FORM = "1100"
SECRET_OF_PAGE = "texte-de-la-page"
SECRET_OF_ENTRY = "texte-de-la-fiche"


class Series:
    """The questions, in order, to one farm; `answers` holds what is kept of each."""

    def __init__(self, farm: str, password: str, key: str, folder: str) -> None:
        self.answers: Answers = {}
        self.folder = folder
        self.owner = Person(farm).login(password)
        self.keyholder = Person(farm, key=key)
        self.outsider = Person(farm)
        self.visitor = Person(farm, folder)
        self.admin = Person(farm, folder)
        self.stranger = Person(farm, folder)

    def run(self) -> Answers:
        """Makes a wiki, asks everything, removes it."""
        self._make(self.keyholder, self.folder)
        try:
            self.admin.login(PASSWORD)
            for series in (
                self.first_page, self.logging_in, self.accounts, self.groups, self.groups_by_form,
                self.triples, self.pages, self.duplication, self.bazar, self.spellings,
                self.archives, self.the_farm,
            ):  # fmt: skip
                series()
        finally:
            self._remove(self.folder)
        return self.answers

    def ask(
        self, name: str, who: Person, asked: str, look: str = "", /, **fields: str
    ) -> httpx.Response:
        """Asks `METHOD path` and keeps the answer under `name`; names of fields as given."""
        method, _, path = asked.partition(" ")
        answer = who.ask(method, path, fields or None)
        assert name not in self.answers, name
        self.answers[name] = {"asked": asked, **who.kept(answer, look)}
        return answer

    # -- robots, logins, accounts -----------------------------------------------------------

    def first_page(self) -> None:
        """A wiki in which nobody opened an edit form takes any anti-spam value."""
        save = {"previous": "", "submit": "Sauver", "hashcash_value": ""}
        ask, edit = self.ask, "POST ?PremierePage/edit"
        ask("save, no key yet, empty value", self.admin, edit, "", **save,
            body=SECRET_OF_PAGE)  # fmt: skip
        shown = ask("edit form of an administrator", self.admin, "GET ?AutrePage/edit", "previous")
        assert "ACEditor" in shown.text
        ask("save, key there, empty value", self.admin, "POST ?AutrePage/edit", "sees ACEditor",
            **save, body="deux")  # fmt: skip
        ask("page not saved", self.admin, "GET ?api/pages/AutrePage", "sees deux")

    def logging_in(self) -> None:
        """`api/login`, where there is one."""
        ask, right = self.ask, {"username": "WikiAdmin", "password": PASSWORD}
        somebody = Person(self.admin.farm, self.folder)
        ask("me, as a visitor", self.visitor, "GET ?api/auth/me")
        ask("login, wrong password", self.visitor, "POST ?api/login", **right | {"password": "non"})
        ask("login, nobody", self.visitor, "POST ?api/login", **right | {"username": "Personne"})
        ask("login", somebody, "POST ?api/login", **right)
        ask("me, logged in", self.admin, "GET ?api/auth/me")
        ask("logout", somebody, "GET ?api/logout")

    def accounts(self) -> None:
        """Made by a visitor, by an administrator, removed."""
        ask, camille = self.ask, {"name": "CamilleD", "email": "camille@example.org"}
        self.stranger.ask("POST", "?ParametresUtilisateur", {
            "usersettings_action": "signup", "name": "Passante", "email": "passante@example.org",
            "password": PASSWORD, "confpassword": PASSWORD,
        })  # fmt: skip
        ask("account", self.admin, "POST ?api/users", **camille)
        ask("account, name taken", self.admin, "POST ?api/users",
            name="CamilleD", email="autre@example.org")  # fmt: skip
        ask("account, address taken", self.admin, "POST ?api/users",
            name="AutreNom", email="camille@example.org")  # fmt: skip
        ask("account, bad address", self.admin, "POST ?api/users", name="Autre", email="rien")
        ask("account, no name", self.admin, "POST ?api/users", email="rien@example.org")
        ask("account, as a visitor", self.visitor, "POST ?api/users", **camille)
        ask("account, as a stranger", self.stranger, "POST ?api/users", **camille)
        ask("accounts, as a visitor", self.visitor, "GET ?api/users")
        ask("accounts, as a stranger", self.stranger, "GET ?api/users")
        ask("one account, in a session", self.admin, "GET ?api/users/CamilleD")
        for number, name in enumerate(("Prénom Nom", "A.B")):
            fields = {"name": name, "email": f"n{number}@example.org"}
            self.admin.ask("POST", "?api/users", fields)

    def groups(self) -> None:
        """By API: 4.5.0 reads and writes them; before, every answer is the list of their names."""
        ask, admin, one = self.ask, self.admin, "POST ?api/groups"
        ask("groups, as a visitor", self.visitor, "GET ?api/groups")
        ask("groups, as a stranger", self.stranger, "GET ?api/groups")
        ask("groups", admin, "GET ?api/groups")
        ask("groups, update asked by GET", self.visitor, "GET ?api/groups/admins/update")
        ask("group", admin, one, name="animation", **{"users[0]": "WikiAdmin"})
        ask("group, no name", admin, one, name="")
        ask("group, empty", admin, one, name="vide")
        ask("group, taken", admin, one, name="animation")
        ask("group, taken in another case", admin, one, name="Animation")
        ask("group, an account has its name", admin, one, name="camilled")
        ask("group, bad name", admin, one, name="deux mots")
        ask("group, unknown account", admin, one, name="autre", **{"users[]": "Personne"})
        ask("group, unknown group", admin, one, name="autre", **{"users[]": "@personne"})
        ask("group, as a visitor", self.visitor, one, name="intrus")
        ask("group, as a stranger", self.stranger, one, name="intrus")
        ask("members", admin, "GET ?api/groups/animation")
        ask("members, as a visitor", self.visitor, "GET ?api/groups/animation")
        ask("members of an empty group", admin, "GET ?api/groups/vide")
        ask("members, another case", admin, "GET ?api/groups/Animation")
        ask("members, no such group", admin, "GET ?api/groups/rien")
        change = "POST ?api/groups/animation/update"
        ask("update", admin, change,
            **{"users[0]": "Prénom Nom", "users[1]": "A.B", "users[2]": "!CamilleD"})  # fmt: skip
        ask("members after update", admin, "GET ?api/groups/animation")
        ask("update, unknown account", admin, change, **{"users[]": "Personne"})
        ask("update, unknown group inside", admin, change, **{"users[]": "@personne"})
        ask("update, itself inside", admin, change, **{"users[]": "@animation"})
        ask("update, no such group", admin, "POST ?api/groups/rien/update",
            **{"users[]": "WikiAdmin"})  # fmt: skip
        ask("update, as a visitor", self.visitor, change, **{"users[]": "CamilleD"})
        ask("members, nothing changed", admin, "GET ?api/groups/animation")
        ask("update, another", admin, "POST ?api/groups/vide/update", **{"users[]": "@animation"})
        ask("update, a circle", admin, change, **{"users[]": "@vide"})
        ask("update, admins without oneself", admin, "POST ?api/groups/admins/update",
            **{"users[]": "CamilleD"})  # fmt: skip
        ask("update, nothing posted", admin, change)
        ask("members, emptied", admin, "GET ?api/groups/animation")
        ask("delete", admin, "POST ?api/groups/animation/delete")
        ask("members of the group that held it", admin, "GET ?api/groups/vide")
        ask("delete, no such group", admin, "POST ?api/groups/animation/delete")
        ask("delete, admins", admin, "POST ?api/groups/admins/delete")
        ask("delete, as a visitor", self.visitor, "POST ?api/groups/vide/delete")

    def groups_by_form(self) -> None:
        """The page that holds `{{editgroups}}`, and who leaves a group with their account."""
        ask, admin, page = self.ask, self.admin, "POST ?GererUtilisateurs"
        ask("groups' page", admin, "GET ?GererUtilisateurs", "confirmToken")
        token = admin.hidden("?GererUtilisateurs", "confirmToken")
        save = {"confirmToken": token, "groupname": "essais"}
        ask("groups' page, save", admin, page, "confirmToken",
            **save, acl="CamilleD", **{"action-save": "1"})  # fmt: skip
        ask("groups' page, create", admin, page, "confirmToken", **save, **{"action-create": "1"})
        ask("groups' page, update", admin, page, "confirmToken",
            **save, **{"action-update": "1", "CamilleD": "1", "WikiAdmin": "1"})  # fmt: skip
        ask("groups after the page", admin, "GET ?api/groups")
        ask("log of administrators, after groups", admin, "GET ?GererDroits", "sees LogDesActions")
        leave = "POST ?api/users/CamilleD/delete"
        ask("account removed, no token", admin, leave, "sees notDeleted")
        ask("account removed", admin, leave, csrfToken=token)
        ask("account removed, twice", admin, leave, csrfToken=token)

    def triples(self) -> None:
        """Groups and rights of actions in one request; what a lost password leaves."""
        ask, everything = (
            self.ask,
            "GET ?api/triples&property=http://www.wikini.net/_vocabulary/acls",
        )
        self.admin.ask("POST", "?GererDroitsActions", {"actionname": "listusers", "acl": "@admins"})
        ask("rights of actions and groups", self.admin, everything)
        ask("rights of actions and groups, as a visitor", self.visitor, everything)
        ask("rights of actions and groups, as a stranger", self.stranger, everything)
        ask("log of administrators, after a right", self.admin, "GET ?GererDroits",
            "sees LogDesActions")  # fmt: skip
        key = "http://outils-reseaux.org/_vocabulary/key"
        left = f"GET ?api/triples/Passante&property={key}"
        ask("key of a lost password, none yet", self.admin, left)
        ask("page of one's account", self.stranger, "GET ?ParametresUtilisateur", "sees a=recover")
        ask("key that this page left", self.admin, left, "sees Passante")
        ask("key removed", self.admin, "POST ?api/triples/Passante/delete", "sees Passante",
            property=key, **{"filters[x]": ""})  # fmt: skip
        ask("key after", self.admin, left)

    # -- pages ------------------------------------------------------------------------------

    def pages(self) -> None:
        """Saving has no route before 4.6."""
        ask = self.ask
        ask("save by API", self.admin, "POST ?api/pages/Zz", body="x")
        ask("page, none", self.admin, "GET ?api/pages/RienIci")
        ask("archive routes, no such", self.visitor, "GET ?api/archives/restorestatus/")
        ask("remote backup", self.visitor, "GET ?api/remotebackup")
        ask("webfinger", self.visitor, "GET ?api/webfinger")

    def duplication(self) -> None:
        """A page or an entry made in one request, where the route is there."""
        ask, admin, here = self.ask, self.admin, "POST ?api/pages/Doublee/duplicate"
        page = {"originalContent": "Texte http://ailleurs.invalid/?Ici", "originalTag": "Source",
                "sourceUrl": "http://ailleurs.invalid", "type": "page", "files": ""}  # fmt: skip
        ask("duplicate, asked by GET", self.visitor, "GET ?api/pages/Zz/duplicate")
        ask("duplicate, as a visitor", self.visitor, here, **page)
        ask("duplicate, as a stranger", self.stranger, here, **page)
        for field in ("originalContent", "originalTag", "sourceUrl", "type"):
            without = {name: value for name, value in page.items() if name != field}
            ask(f"duplicate, no {field}", admin, here, **without)
        ask("duplicate", admin, here, **page)
        ask("page duplicated", admin, "GET ?api/pages/Doublee", "sees Texte ")
        ask("duplicate, tag taken", admin, here, **page)
        ask("duplicate, a list", admin, "POST ?api/pages/ListeDoublee/duplicate",
            **page | {"type": "list"})  # fmt: skip
        ask("list duplicated, none", admin, "GET ?api/pages/ListeDoublee")
        entry = {"id_typeannonce": "1", "bf_titre": "Fiche doublée"}
        ask("duplicate, an entry", admin, "POST ?api/pages/FicheDoublee/duplicate",
            **page | {"type": "entry", "originalContent": json.dumps(entry)})  # fmt: skip
        ask("entry duplicated", admin, "GET ?api/entries/1/FicheDoublee", "sees Fiche doubl")
        ask("duplicate, an entry without title", admin, "POST ?api/pages/SansTitre/duplicate",
            **page | {"type": "entry", "originalContent": '{"id_typeannonce":"1"}'})  # fmt: skip
        ask("duplicate handler", admin, "GET ?Doublee/duplicate", "newTag")

    # -- Bazar ------------------------------------------------------------------------------

    def bazar(self) -> None:
        """Ids, shapes and properties of forms and lists; who may import them."""
        ask, lists = self.ask, "POST ?BazaR&vue=listes"
        shown = self.admin.ask("GET", "?BazaR/json&demand=lists").json()
        before = set(shown)
        old = {"titre_liste": "Choix d'essai", "label": {"oui": "Oui"}}
        new = {"title": "Choix d'essai", "nodes": [{"id": "oui", "label": "Oui", "children": []}]}
        content = new if any("nodes" in row for row in shown.values()) else old
        for name in ("list", "list, twice", "list, as a visitor"):
            who = self.visitor if "visitor" in name else self.admin
            ask(name, who, lists, **{"imported-list[x]": json.dumps(content)})
        after = self.admin.ask("GET", "?BazaR/json&demand=lists").json()
        made = {key: row for key, row in after.items() if key not in before}
        self.answers["lists made"] = {"json": made}
        line = f"radio***{min(made)}***Accord*** *** *** ***bf_accord*** ***0" + "*** " * 7
        title = "texte***bf_titre***Nom***60***255*** *** ***text***1" + "*** " * 7
        mail = "champs_mail***bf_mail***Mel*** *** *** ***form*** ***1***0*** ***+" + "*** " * 5
        note = "texte***bf_note***Note***60***255*** *** ***text***0" + "*** " * 7
        rights = "acls***+***%***comments-closed*** *** *** ***"
        form = {"bn_label_nature": "Membres", "bn_description": "", "bn_condition": "",
                "bn_sem_context": "", "bn_sem_type": "", "bn_sem_use_template": "1",
                "bn_template": "\n".join((title, note, mail, line, rights)),
                "bn_ce_i18n": "fr-FR"}  # fmt: skip
        ask("form, as a visitor", self.visitor, "POST ?BazaR&vue=formulaire",
            **{"imported-form[1200]": json.dumps(form)})  # fmt: skip
        prepared = self.visitor.ask("GET", "?api/forms/1200").json()["prepared"]
        rows = prepared.values() if isinstance(prepared, dict) else prepared
        self.answers["prepared"] = {
            "json": {row["name"] or row["type"]: row.get("propertyname") for row in rows}
        }
        ask("entry, as a visitor", self.visitor,
            "POST ?BazaR&vue=saisir&action=saisir_fiche&id=1200",
            bf_titre="Étoile Ça", bf_mail="secret@example.org", bf_note=SECRET_OF_ENTRY,
            antispam="1", id_typeannonce="1200")  # fmt: skip
        ask("entry by API, in a session", self.admin, "POST ?api/entries/1200", bf_titre="Deux")

    def spellings(self) -> None:
        """Tags that MySQL takes as equal: an entry and a page closed to all but administrators."""
        self.admin.ask("POST", "?GererDroits", {
            "typemaj": "submit", "newlire_advanced": "@admins", "newecrire_advanced": "@admins",
            "newcomment_advanced": "comments-closed", "geredroits_modifier": "1",
            "selectpage[EtoileCa]": "EtoileCa", "selectpage[PremierePage]": "PremierePage",
        })  # fmt: skip
        self._asked_as(
            "closed page", SECRET_OF_PAGE,
            ("PremierePage", "premierepage", "PremièrePage", "PremierePage%20", "Premiere"),
            ("?{}", "?{}/raw", "?{}/edit", "?{}/xml", "?api/pages/{}"),
        )  # fmt: skip
        self._asked_as(
            "closed entry", SECRET_OF_ENTRY,
            ("EtoileCa", "etoileca", "ÉtoileÇa", "EtoileCa%20", "EtoileCa%00"),
            ("?{}", "?{}/raw", "?{}/edit", "?{}/iframe", "?api/pages/{}", "?api/entries/1200/{}",
             "?api/entries/html/{}&fields=html_output",
             "?BazaR&vue=consulter&action=voir_fiche&id_fiche={}",
             "?BazaR&vue=saisir&action=modif_fiche&id_fiche={}"),
        )  # fmt: skip

    def _asked_as(
        self, name: str, secret: str, spellings: tuple[str, ...], ways: tuple[str, ...]
    ) -> None:
        """Each way in under each spelling: its status, and whether the secret stood there."""
        for role, person in (("visitor", self.visitor), ("administrator", self.admin)):
            told = {}
            for path in (way.format(spelling) for way in ways for spelling in spellings):
                answer = person.ask("GET", path)
                told[path] = f"{answer.status_code}{' sees' if secret in answer.text else ''}"
            self.answers[f"{name}, as {role}"] = told

    # -- archives, and the farm -------------------------------------------------------------

    def archives(self) -> None:
        """Closed to visitors; a new wiki's cannot be written."""
        for name, person in (("visitor", self.visitor), ("stranger", self.stranger)):
            self.ask(f"archives, as a {name}", person, "GET ?api/archives")
            self.ask(f"archive started, as a {name}", person, "POST ?api/archives",
                     action="startArchive")  # fmt: skip
            self.ask(f"archiving, as a {name}", person, "GET ?api/archives/archivingStatus/")
        self.ask("archives", self.admin, "GET ?api/archives")

    def the_farm(self) -> None:
        """What an account with a key may do, and what anybody may."""
        ask, key = self.ask, self.keyholder
        ask("one account, by key", key, "GET ?api/users/WikiAdmin")
        jar = Person(self.owner.farm)
        ask("page of rights, as a visitor", jar, "GET ?GererDroits", "selectpage[BazaR]")
        jar.http.headers["authorization"] = f"Bearer {key.key}"
        ask("one request by key, with a jar", jar, "GET ?api/groups", "sees admins")
        del jar.http.headers["authorization"]
        ask("page of rights, with the cookies that the key left", jar, "GET ?GererDroits",
            "sees selectpage[")  # fmt: skip
        tag = self._entry_by_key()
        if tag:
            self._delete(tag)
        folder = f"{self.folder}-visite"
        made = self._make(self.outsider, folder, f"?BazaR&vue=saisir&action=saisir_fiche&id={FORM}")
        self.answers["wiki, made by a visitor"] = {
            "status": made.status_code,
            "answers": Person(self.owner.farm, folder).ask("GET", "?api/forms").status_code,
        }
        self._remove(folder)

    def _entry_by_key(self) -> str:
        """An entry of the farm's own form 1, made and changed by key: its tag."""
        fields = {"bf_titre": "Essai de relevé", "bf_description": "un", "bf_site_internet": ""}
        before = set(self.owner.ask("GET", "?api/forms/1/entries").json() or {})
        self.ask("entry by key", self.keyholder, "POST ?api/entries/1", **fields)
        made = sorted(set(self.owner.ask("GET", "?api/forms/1/entries").json() or {}) - before)
        tag = made[0] if made else ""
        again = fields | {"bf_description": "deux", "id_fiche": tag}
        self.ask("entry by key, its tag given", self.keyholder, "POST ?api/entries/1", **again)
        after = set(self.owner.ask("GET", "?api/forms/1/entries").json() or {}) - before
        self.answers["entries, its tag given"] = {"json": sorted(after)}
        return tag

    def _make(self, who: Person, folder: str, path: str = f"?api/entries/{FORM}") -> httpx.Response:
        return who.ask("POST", path, {
            "bf_titre": folder, "bf_description": "Essai", "bf_referent": "Essai",
            "bf_mail": "essai@example.org", "bf_dossier-wiki": folder,
            "bf_dossier-wiki_wikiname": "WikiAdmin", "bf_dossier-wiki_email": "bf_mail",
            "bf_dossier-wiki_password": PASSWORD, "yeswiki-farm-theme": "0",
            "yeswiki-farm-model": "default-content", "yeswiki-farm-acls": "0",
            "radioListeOuiNon": "oui", "antispam": "1", "id_typeannonce": FORM,
        })  # fmt: skip

    def _remove(self, folder: str) -> None:
        entries = self.owner.ask("GET", f"?api/forms/{FORM}/entries").json() or {}
        for tag, row in entries.items():
            if row.get("bf_dossier-wiki") == folder:
                self._delete(tag)

    def _delete(self, tag: str) -> None:
        token = self.owner.hidden(f"?{tag}/deletepage", "csrf-token")
        self.owner.ask("POST", f"?{tag}/deletepage&confirme=oui&eraselink=oui",
                       {"csrf-token": token, "confirme": "oui"})  # fmt: skip
