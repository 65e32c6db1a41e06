<?php

function test(string $what, bool $good, string $why = ''): void
{
    echo "$what ... ";
    if ($good) {
        echo "<span class=\"text-success\">OK</span><br />\n";
        return;
    }
    echo "<span class=\"text-danger\">ECHEC</span>" . ($why ? ": $why" : '') . "<br />\n</body>\n</html>\n";
    exit;
}

function querySqlFile(mysqli $link, string $file, array $replacements): bool
{
    $sql = file_get_contents($file);
    foreach ($replacements as $name => $value) {
        $sql = str_replace('{{' . $name . '}}', mysqli_real_escape_string($link, (string) $value), $sql);
    }
    $good = mysqli_multi_query($link, $sql);
    while ($good && mysqli_more_results($link)) {
        $good = mysqli_next_result($link);
    }
    return $good;
}
