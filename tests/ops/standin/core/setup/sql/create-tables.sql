CREATE TABLE `{{prefix}}acls` (
  `page_tag` varchar(191) NOT NULL,
  `privilege` varchar(20) NOT NULL,
  `list` text NOT NULL,
  PRIMARY KEY (`page_tag`, `privilege`)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ENGINE=InnoDB;

CREATE TABLE `{{prefix}}links` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `from_tag` char(191) NOT NULL,
  `to_tag` char(191) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ENGINE=InnoDB;

CREATE TABLE `{{prefix}}nature` (
  `bn_id_nature` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `bn_label_nature` varchar(255) DEFAULT NULL,
  `bn_description` text DEFAULT NULL,
  `bn_template` text NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ENGINE=InnoDB;

CREATE TABLE `{{prefix}}pages` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `tag` varchar(191) NOT NULL,
  `time` datetime NOT NULL,
  `body` longtext NOT NULL,
  `body_r` text NOT NULL,
  `owner` varchar(191) NOT NULL,
  `user` varchar(191) NOT NULL,
  `latest` enum('Y', 'N') NOT NULL DEFAULT 'N',
  KEY `idx_tag` (`tag`),
  FULLTEXT KEY `tag` (`tag`, `body`)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ENGINE=InnoDB;

CREATE TABLE `{{prefix}}referrers` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `page_tag` varchar(191) NOT NULL,
  `referrer` text NOT NULL,
  `time` datetime NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ENGINE=InnoDB;

CREATE TABLE `{{prefix}}triples` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `resource` varchar(255) NOT NULL,
  `property` varchar(255) NOT NULL,
  `value` text NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ENGINE=InnoDB;

CREATE TABLE `{{prefix}}users` (
  `name` varchar(80) NOT NULL PRIMARY KEY,
  `password` varchar(256) NOT NULL,
  `email` varchar(191) NOT NULL,
  `signuptime` datetime NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci ENGINE=InnoDB;

INSERT INTO `{{prefix}}triples` (`resource`, `property`, `value`) VALUES
('ThisWikiGroup:admins', 'http://www.wikini.net/_vocabulary/acls', '{{WikiName}}'),
('ThisWiki', 'schema', '{{schema}}');

INSERT INTO `{{prefix}}users` (`name`, `password`, `email`, `signuptime`) VALUES
('{{WikiName}}', md5('{{password}}'), '{{email}}', now());
