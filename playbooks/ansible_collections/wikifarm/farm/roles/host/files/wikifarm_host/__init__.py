"""What runs on the machine of a farm: install, upgrade, back up, restore and look after its wikis.

Nothing but Python's own library: the machine has Python 3.11 or newer because Ansible asks for it,
and nothing else is brought. Called by the playbooks and by the timers, as root:

    wikifarm-host VERB FARM [OPTION…]

Every verb prints one JSON object (see `outcome.py`) and keeps secrets out of it, out of the command
lines it starts and out of the log.

Each room imports only those before it: `machine/`, `releases/`, `site/`, `backups/`, `upkeep/`. The
modules `archive`, `errors` and `verbs` are links, in the role, to what Ansible's modules share.
"""
