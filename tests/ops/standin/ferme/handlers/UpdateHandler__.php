<?php
// After the handler `update`: the form whose entries make wikis, and the folder of their models.

return function (YesWiki\Wiki $wiki): array {
    $number = (int) ($wiki->config['bazar_farm_id'] ?? 1100);
    if (!is_dir('custom/wiki-models')) {
        mkdir('custom/wiki-models', 0777, true);
    }
    $nature = $wiki->table('nature');
    if ($wiki->rows("SELECT 1 FROM $nature WHERE bn_id_nature = ?", $number)) {
        return ["form $number already exists"];
    }
    $wiki->rows(
        "INSERT INTO $nature (bn_id_nature, bn_label_nature, bn_description, bn_template) VALUES (?, ?, '', ?)",
        $number,
        'Ferme à wikis',
        file_get_contents('tools/ferme/setup/forms/farm.txt')
    );
    $wiki->savePage('AjouterWiki', "{{bazar vue=\"saisir\" id=\"$number\"}}");
    return ["form $number added"];
};
