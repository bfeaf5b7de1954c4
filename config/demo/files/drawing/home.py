"""Things for the home, laid out on a canvas of 1600 × 2000; they stand on the floor at 1640."""
# ruff: noqa: E501  a path of a drawing is one word

from config.demo.files.drawing.palette import Palette, mix


def vase(p: Palette) -> str:
    """A glazed vase with two dry stems."""
    body = "M716 800 C716 880 690 930 620 1010 C530 1110 500 1220 512 1340 C526 1490 600 1600 690 1640 L910 1640 C1000 1600 1074 1490 1088 1340 C1100 1220 1070 1110 980 1010 C910 930 884 880 884 800 Z"
    stem = "M790 800 C770 640 700 500 610 330 M812 800 C830 620 900 470 980 300 M800 800 C800 600 790 420 806 250"
    grains = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="13" ry="36" fill="{fill}" transform="rotate({turn} {x} {y})"/>'
        for x0, y0, dx, dy in ((610, 330, 16, 46), (980, 300, -14, 46), (806, 250, -1, 50))
        for step in range(6)
        for x, y, turn, fill in (
            (x0 + dx * step - 18, y0 + dy * step, -26, "#d9bf8d"),
            (x0 + dx * step + 18, y0 + dy * step - 18, 26, "#c6a66d"),
        )
    )
    return (
        f'<path d="{stem}" stroke="#a88b56" stroke-width="8" fill="none"/>{grains}'
        f'<ellipse cx="800" cy="800" rx="84" ry="22" fill="{p.deep}"/><path d="{body}" fill="url(#round)"/>'
        f'<path d="M506 1300 C600 1360 720 1290 800 1340 C880 1390 1000 1310 1094 1350 C1078 1500 1000 1600 910 1640 L690 1640 C600 1600 526 1490 512 1340 Z" fill="{mix(p.base, "#e9e0cf", 0.72)}" opacity=".9"/>'
        '<path d="M506 1300 C600 1360 720 1290 800 1340 C880 1390 1000 1310 1094 1350 C1078 1500 1000 1600 910 1640 L690 1640 C600 1600 526 1490 512 1340 Z" fill="url(#shade)"/>'
        f'<path d="M716 800 C716 826 884 826 884 800" stroke="{p.glow}" stroke-width="10" fill="none"/>'
        '<path d="M610 1080 C560 1160 550 1240 560 1320" stroke="#fff" stroke-width="34" opacity=".33" fill="none" stroke-linecap="round" filter="url(#soft)"/>'
    )


def lamp(p: Palette) -> str:
    """A table lamp with a ceramic foot and a linen shade, lit."""
    foot = "M740 1010 C740 1090 620 1160 596 1330 C580 1470 640 1590 700 1640 L900 1640 C960 1590 1020 1470 1004 1330 C980 1160 860 1090 860 1010 Z"
    return (
        '<circle cx="800" cy="760" r="620" fill="url(#warm)"/>'
        f'<rect x="776" y="940" width="48" height="90" fill="#b08d45"/><path d="{foot}" fill="url(#round)"/>'
        '<path d="M668 1220 C636 1300 630 1380 644 1460" stroke="#fff" stroke-width="32" opacity=".33" fill="none" stroke-linecap="round" filter="url(#soft)"/>'
        '<path d="M560 420 L1040 420 L1180 960 C1000 1000 600 1000 420 960 Z" fill="url(#linen)"/>'
        '<path d="M560 420 C700 400 900 400 1040 420 C900 440 700 440 560 420 Z" fill="#fff6dc"/>'
        '<path d="M424 946 C600 988 1000 988 1176 946" stroke="#cbb58a" stroke-width="8" fill="none"/>'
        '<rect x="690" y="1626" width="220" height="20" rx="8" fill="#6b4a2c"/>'
    )


def mug(p: Palette) -> str:
    """A mug, glazed to below the middle."""
    body = "M470 980 L1080 980 L1052 1540 C1048 1610 1010 1640 950 1640 L600 1640 C540 1640 502 1610 498 1540 Z"
    glaze = "M470 980 L1080 980 L1062 1330 C1000 1380 930 1320 860 1360 C790 1400 720 1330 640 1370 C580 1396 530 1360 488 1340 Z"
    return (
        f'<path d="M1066 1100 C1250 1060 1290 1420 1052 1440" fill="none" stroke="{p.dark}" stroke-width="66" stroke-linecap="round"/>'
        f'<path d="M1066 1092 C1240 1056 1276 1404 1052 1428" fill="none" stroke="{p.light}" stroke-width="34" stroke-linecap="round"/>'
        f'<path d="{body}" fill="#e6dccb"/><path d="{body}" fill="url(#shade)"/><path d="{glaze}" fill="url(#round)"/>'
        f'<ellipse cx="775" cy="980" rx="305" ry="66" fill="{p.light}"/><ellipse cx="775" cy="986" rx="280" ry="54" fill="{p.deep}"/>'
        '<ellipse cx="775" cy="998" rx="262" ry="42" fill="#3a2417"/><ellipse cx="700" cy="990" rx="90" ry="12" fill="#8a6242" opacity=".6"/>'
        '<path d="M560 1080 L572 1300" stroke="#fff" stroke-width="32" opacity=".36" stroke-linecap="round" filter="url(#soft)"/>'
        '<path d="M690 900 C640 820 760 780 710 690 M850 900 C800 820 920 780 870 690" stroke="#fff" stroke-width="26" fill="none" opacity=".55" stroke-linecap="round" filter="url(#blur)"/>'
    )
