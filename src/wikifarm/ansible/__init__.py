"""Ansible, started through ansible-runner: what is asked, what happens, and why it fails."""
