<?php
// Programs look for this file to know that `console migrate` exists, as since YesWiki 4.5.
