INSERT INTO `{{prefix}}pages` (`tag`, `time`, `body`, `body_r`, `owner`, `user`, `latest`) VALUES
('{{rootPage}}', now(), 'Bienvenue — œuvre commune\n\nDeuxième ligne, avec \\ et ''guillemets''', '', '{{WikiName}}', '{{WikiName}}', 'Y'),
('BacASable', now(), 'Premier essai', '', '{{WikiName}}', '{{WikiName}}', 'N'),
('BacASable', now(), 'Deuxième essai', '', '{{WikiName}}', '{{WikiName}}', 'Y');
