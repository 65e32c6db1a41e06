"""What verbs ask of the machine that they run on."""
