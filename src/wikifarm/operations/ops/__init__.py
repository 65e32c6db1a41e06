"""The machines of the farms, through Ansible."""
