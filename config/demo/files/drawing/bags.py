"""Bags, laid out on a canvas of 1600 × 2000; they stand on the floor at 1640."""
# ruff: noqa: E501  a path of a drawing is one word

from config.demo.files.drawing.palette import Palette

LEATHER = "#7a4e30"
LEATHER_DARK = "#54341f"
BRASS = "#c9a24b"


def strap(path: str, width: int = 42) -> str:
    """A leather strap with stitching along it."""
    return (
        f'<path d="{path}" fill="none" stroke="{LEATHER_DARK}" stroke-width="{width + 8}" stroke-linecap="round"/>'
        f'<path d="{path}" fill="none" stroke="{LEATHER}" stroke-width="{width}" stroke-linecap="round"/>'
        f'<path d="{path}" fill="none" stroke="#e6c9a0" stroke-width="2.4" stroke-dasharray="12 9" opacity=".7"/>'
    )


def rivet(x: int, y: int) -> str:
    """A brass rivet."""
    return f'<circle cx="{x}" cy="{y}" r="15" fill="{BRASS}"/><circle cx="{x - 4}" cy="{y - 4}" r="5" fill="#fff" opacity=".7"/>'


def tote(p: Palette) -> str:
    """An open tote with two handles and a leather base."""
    body = "M372 800 L1228 800 L1176 1600 C1174 1630 1156 1640 1126 1640 L474 1640 C444 1640 426 1630 424 1600 Z"
    back, front = (
        "M590 830 C590 470 640 380 800 380 C960 380 1010 470 1010 830",
        "M560 1010 C556 560 630 452 800 452 C970 452 1044 560 1040 1010",
    )
    return (
        f'{strap(back, 36)}<path d="M372 800 C560 770 1040 770 1228 800 C1040 836 560 836 372 800 Z" fill="{p.deep}"/>'
        f'<path d="{body}" fill="url(#main)"/><path d="{body}" fill="url(#drape)" opacity=".45"/>'
        f'<path d="M372 800 L1228 800 L1223 872 L377 872 Z" fill="{p.light}" opacity=".55"/>'
        f'<path d="M378 872 H1222" stroke="{p.deep}" stroke-width="3" stroke-dasharray="13 9" opacity=".6"/>'
        f'<path d="M408 1370 L1192 1370 L1176 1600 C1174 1630 1156 1640 1126 1640 L474 1640 C444 1640 426 1630 424 1600 Z" fill="{LEATHER}"/>'
        f'<path d="M408 1370 L1192 1370 L1190 1400 L410 1400 Z" fill="{LEATHER_DARK}" opacity=".6"/>'
        f'<path d="M414 1386 H1186" stroke="#e6c9a0" stroke-width="3" stroke-dasharray="13 9" opacity=".7"/>'
        f"{strap(front)}{rivet(560, 980)}{rivet(1040, 980)}{rivet(559, 930)}{rivet(1041, 930)}"
        f'<rect x="716" y="1110" width="168" height="104" rx="10" fill="{LEATHER}"/>'
        f'<rect x="728" y="1122" width="144" height="80" rx="6" fill="none" stroke="#e6c9a0" stroke-width="2.4" stroke-dasharray="9 7"/>'
        '<path d="M762 1186 l38 -50 l38 50 Z" fill="none" stroke="#e6c9a0" stroke-width="5"/>'
    )


def backpack(p: Palette) -> str:
    """A roll-top backpack with a front pocket and two straps."""
    body = "M480 700 C480 560 560 500 800 500 C1040 500 1120 560 1120 700 L1152 1520 C1152 1610 1110 1640 1030 1640 L570 1640 C490 1640 448 1610 448 1520 Z"
    pocket = "M540 1180 C660 1150 940 1150 1060 1180 L1076 1510 C1076 1570 1050 1590 1000 1590 L600 1590 C550 1590 524 1570 524 1510 Z"
    side = f'<path d="M462 1180 C420 1200 410 1300 414 1440 C418 1540 440 1570 470 1580 Z" fill="{p.dark}"/>'
    return (
        f"{strap('M700 520 C690 400 740 370 800 370 C860 370 910 400 900 520', 32)}"
        f'{side}<g transform="translate(1600 0) scale(-1 1)">{side}</g>'
        f'<path d="{body}" fill="url(#main)"/><path d="{body}" fill="url(#drape)" opacity=".4"/>'
        f'<path d="M476 720 C470 540 560 470 800 470 C1040 470 1130 540 1124 720 C1126 860 1110 930 1090 960 C900 1000 700 1000 510 960 C490 930 474 860 476 720 Z" fill="url(#side)"/>'
        f'<path d="M504 950 C700 990 900 990 1096 950" stroke="{p.glow}" stroke-width="3" stroke-dasharray="12 9" fill="none" opacity=".7"/>'
        f'<path d="{pocket}" fill="{p.light}"/><path d="{pocket}" fill="url(#drape)" opacity=".5"/>'
        f'<path d="M548 1216 C660 1190 940 1190 1052 1216" stroke="{p.deep}" stroke-width="12" fill="none"/>'
        f'<path d="M548 1216 C660 1190 940 1190 1052 1216" stroke="{BRASS}" stroke-width="4" stroke-dasharray="7 5" fill="none"/>'
        f"{strap('M640 800 V1120', 46)}{strap('M960 800 V1120', 46)}"
        f'<rect x="606" y="1010" width="68" height="62" rx="8" fill="none" stroke="{BRASS}" stroke-width="11"/>'
        f'<rect x="926" y="1010" width="68" height="62" rx="8" fill="none" stroke="{BRASS}" stroke-width="11"/>'
        f'<rect x="726" y="1350" width="148" height="92" rx="9" fill="{LEATHER}"/>'
        '<path d="M764 1416 l36 -46 l36 46 Z" fill="none" stroke="#e6c9a0" stroke-width="5"/>'
    )


def weekender(p: Palette) -> str:
    """A long holdall with rolled handles."""
    body = "M270 1080 C270 940 380 880 800 880 C1220 880 1330 940 1330 1080 L1352 1520 C1352 1610 1320 1640 1250 1640 L350 1640 C280 1640 248 1610 248 1520 Z"
    end = f'<path d="M270 1080 C270 1010 300 965 370 930 L420 1640 L350 1640 C280 1640 248 1610 248 1520 Z" fill="{LEATHER}"/><path d="M372 932 L420 1638" stroke="#e6c9a0" stroke-width="3" stroke-dasharray="12 9"/>'
    return (
        f"{strap('M580 930 C560 620 640 560 800 560 C960 560 1040 620 1020 930', 34)}"
        f'<path d="{body}" fill="url(#main)"/><path d="{body}" fill="url(#drape)" opacity=".45"/>'
        f'{end}<g transform="translate(1600 0) scale(-1 1)">{end}</g>'
        f'<path d="M380 925 C600 900 1000 900 1220 925" stroke="{p.deep}" stroke-width="20" fill="none"/>'
        f'<path d="M380 925 C600 900 1000 900 1220 925" stroke="{BRASS}" stroke-width="6" stroke-dasharray="8 6" fill="none"/>'
        f"{strap('M560 1630 V1090 C550 690 640 630 800 630 C960 630 1050 690 1040 1090 V1630', 48)}"
        f"{rivet(560, 1120)}{rivet(1040, 1120)}{rivet(560, 1500)}{rivet(1040, 1500)}"
        f'<path d="M630 1200 h340 v270 q0 26 -26 26 h-288 q-26 0 -26 -26 Z" fill="{p.dark}" opacity=".42"/>'
        f'<path d="M630 1200 h340" stroke="{p.glow}" stroke-width="5"/>'
        f'<rect x="730" y="1290" width="140" height="92" rx="9" fill="{LEATHER}"/>'
        '<path d="M764 1358 l36 -46 l36 46 Z" fill="none" stroke="#e6c9a0" stroke-width="5"/>'
    )
