"""The pages of a new wiki. The tags are those of a real one (transcript 73), the texts ours."""

from __future__ import annotations

_MANAGE = (
    '{{nav links="GererSite, GererDroits, GererThemes, GererUtilisateurs, GererConfig, '
    'GererMisesAJour, GererSauvegardes" titles="Gestion du site, Droits, Apparence, Comptes, '
    'Configuration, Mises à jour, Sauvegardes"}}\n\n'
)

_PEOPLE = (
    '{{nav links="TrombiAnnuaire, AnnuaireAlpha, CartoAnnuaire, SaisirAnnuaire" '
    'titles="Portraits, De A à Z, Sur la carte, S\'inscrire"}}\n\n'
)

_EVENTS = (
    '{{nav links="VueActivite, VueAgenda, SaisirAgenda" '
    'titles="À venir, Calendrier, Proposer une date"}}\n\n'
)

_NEWS = '{{nav links="VoirBlog, VoirBlogSimple, SaisirBlog" titles="À la une, Liste, Écrire"}}\n\n'

PAGES: dict[str, str] = {
    "AnnuaireAlpha": _PEOPLE + '{{bazarliste id="1" template="annuaire_alphabetique"}}',
    "BacASable": (
        "======Bac à sable======\nUne page pour essayer, sans rien abîmer.\n"
        " - mettre un mot en **gras**\n - faire un lien vers PagePrincipale\n"
    ),
    "BazaR": '{{bazar showexportbuttons="1"}}',
    "CartoAnnuaire": _PEOPLE + '{{bazarcarto id="1"}}',
    "DerniersChangementsRSS": "{{recentchangesrss}}",
    "ExempleFormulaire": '======Un formulaire======\n{{bazar vue="saisir" id="4" voirmenu="0"}}',
    "FacetteRessource": '======Ressources======\n{{bazarliste id="4" groups="checkboxListeType"}}',
    "GererConfig": _MANAGE + "====Configuration====\n{{editconfig}}",
    "GererDroits": (
        _MANAGE + '{{nav links="GererDroits, GererDroitsActions, GererDroitsHandlers" '
        'titles="Pages, Actions, Handlers"}}\n\n{{gererdroits}}'
    ),
    "GererDroitsActions": _MANAGE + "====Droits des actions====\n{{editactionsacls}}",
    "GererDroitsHandlers": _MANAGE + "====Droits des handlers====\n{{edithandlersacls}}",
    "GererMisesAJour": _MANAGE + "{{update}}",
    "GererSauvegardes": _MANAGE + "{{adminbackups}}",
    "GererSite": (
        _MANAGE + "====Menus et bandeaux====\n - [[PageMenuHaut Menu]]\n - [[PageTitre Titre]]\n"
        " - [[PageRapideHaut Raccourcis]]\n - [[PageHeader Bandeau]]\n - [[PageFooter Pied]]\n"
    ),
    "GererThemes": _MANAGE + "{{gererthemes}}",
    "GererUtilisateurs": (
        _MANAGE + "====Groupes====\n{{editgroups}}\n\n====Comptes====\n{{userstable}}"
    ),
    "LookWiki": _MANAGE + "====Apparence====\nLes couleurs et les polices d'un wiki.",
    "MesContenus": (
        "======Mes contenus======\n====Mes pages====\n{{mypages}}\n\n"
        "====Mes fiches====\n"
        '{{bazarliste template="liste_accordeon" dynamic="true" filteruserasowner="true"}}'
    ),
    "MotDePassePerdu": "{{lostpassword}}",
    "PageColonneDroite": "À droite.",
    "PageCss": "",
    "PageFooter": '{{section class="text-center"}}\n{{yeswikiversion}}\n{{end elem="section"}}',
    "PageHeader": "{# Un bandeau pour toutes les pages : écrivez-le ici. #}",
    "PageLogin": "{{login}}",
    "PageMenu": " - [[PagePrincipale Accueil]]\n",
    "PageMenuHaut": (
        " - [[BacASable Bac à sable]]\n - [[TrombiAnnuaire Annuaire]]\n - [[VueActivite Agenda]]\n"
        " - [[VoirBlog Actualités]]\n - [[FacetteRessource Ressources]]\n"
    ),
    "PagePrincipale": (
        "======Bienvenue sur ce nouveau wiki======\nCette page d'accueil attend votre texte : "
        "chacun·e peut la modifier.\n\n - [[ReglesDeFormatage Comment écrire]]\n"
        " - [[BacASable Essayer dans le bac à sable]]\n"
    ),
    "PageRapideHaut": (
        "{{moteurrecherche}}\n"
        '{{buttondropdown title="Réglages"}}\n'
        ' - {{button nobtn="1" text="Tableau de bord" link="TableauDeBord"}}\n'
        ' - {{button nobtn="1" text="Gestion du site" link="GererSite"}}\n'
        ' - {{button nobtn="1" text="Mes contenus" link="MesContenus"}}\n'
        ' - {{button nobtn="1" text="Formulaires" link="BazaR"}}\n'
        '{{end elem="buttondropdown"}}\n{{login template="modal.tpl.html"}}'
    ),
    "PageTitre": '{{configuration param="wakka_name"}}',
    "ParametresUtilisateur": "{{usersettings}}",
    "RechercheTexte": "{{newtextsearch}}",
    "ReglesDeFormatage": (
        '======Écrire======\n""====== Titre ======"" puis ""**gras**"", ""//italique//"", '
        '""[[PageTag un lien]]"".\n'
    ),
    "SaisirAgenda": _EVENTS + '{{bazar vue="saisir" id="2" voirmenu="0"}}',
    "SaisirAnnuaire": _PEOPLE + '{{bazar vue="saisir" id="1" voirmenu="0"}}',
    "SaisirBlog": _NEWS + '{{bazar vue="saisir" id="3" voirmenu="0"}}',
    "SaisirRessource": '{{bazar vue="saisir" id="4" voirmenu="0"}}',
    "TableauDeBord": (
        "======Tableau de bord======\n{{accordion}}\n"
        '{{panel title="Ce qui a bougé"}}\n{{grid}}\n{{col size="6"}}\n'
        '===Derniers comptes===\n{{listusers last="12"}}\n{{end elem="col"}}\n{{col size="6"}}\n'
        '===Dernières pages===\n{{recentchanges max="12"}}\n{{end elem="col"}}\n'
        '{{end elem="grid"}}\n'
        '{{end elem="panel"}}\n{{panel title="Index"}}\n===Pages orphelines===\n{{orphanedpages}}\n'
        "===Fiches===\n{{bazarrecordsindex}}\n===Pages===\n{{pageonlyindex}}\n"
        '{{end elem="panel"}}\n{{end elem="accordion"}}'
    ),
    "TrombiAnnuaire": (
        _PEOPLE + '{{bazarliste id="1" template="card" displayfields="subtitle=bf_fonction"}}'
    ),
    "VoirBlog": _NEWS + '{{bazarliste id="3" template="blog"}}',
    "VoirBlogSimple": _NEWS + '{{bazarliste id="3" template="blog" header="no"}}',
    "VueActivite": (
        _EVENTS + '{{bazarliste id="2" template="agenda" champ="bf_date_debut_evenement"}}'
    ),
    "VueAgenda": _EVENTS + '{{calendrier id="2"}}',
    "WikiAdmin": '{{redirect page="GererSite"}}',
    "YesWiki": "Un wiki pour écrire et décider à plusieurs.",
}
"""Tag -> text. `WikiAdmin` is the home page of the account of that name."""

_FARM_NAV = (
    '{{grid}}\n{{col size="2"}}{{nav class="nav-admin-wikis nav" links="AjouterWiki, AdminWikis, '
    'ModelesWiki" titles="Nouveau wiki, Wikis, Modèles de wiki"}}{{end elem="col"}}\n'
    '{{col size="10"}}\n'
)

_FARM_END = '\n{{end elem="col"}}\n{{end elem="grid"}}'

FARM_PAGES: dict[str, str] = {
    "AdminWikis": _FARM_NAV + "{{adminwikis}}" + _FARM_END,
    "AjouterWiki": _FARM_NAV + '{{bazar vue="saisir" voirmenu="0" id="1100"}}' + _FARM_END,
    "ModelesWiki": _FARM_NAV + "{{generatemodel}}" + _FARM_END,
}
"""What the ferme extension adds to the farm's own wiki (03, 05)."""

FARM_HOME = (
    "======La ferme de répétition======\nIci, on peut tout essayer : aucun mail ne part, rien ne "
    "quitte cet ordinateur.\n\n - [[AjouterWiki Créer un wiki]]\n - [[AdminWikis Voir les wikis]]\n"
)
