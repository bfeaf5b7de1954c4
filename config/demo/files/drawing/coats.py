"""Outerwear, laid out on a canvas of 1600 × 2000."""
# ruff: noqa: E501  a path of a drawing is one word

from config.demo.files.drawing.palette import Palette

SLEEVE = "M596 470 C505 492 455 560 428 700 L338 1262 C332 1300 346 1316 376 1322 L452 1336 C482 1340 494 1328 500 1298 L612 800 Z"
MIRROR = 'transform="translate(1600 0) scale(-1 1)"'


def sleeves(p: Palette, cuff: str) -> str:
    """Both sleeves with a cuff and a fold at the elbow."""
    one = (
        f'<path d="{SLEEVE}" fill="url(#side)"/>'
        f'<path d="M470 760 C455 850 430 960 420 1040 M540 700 C520 800 500 900 470 1010" stroke="{p.dark}"'
        ' stroke-width="9" opacity=".45" fill="none" stroke-linecap="round"/>'
        f'<path d="M349 1200 L510 1232 L500 1298 C494 1328 482 1340 452 1336 L376 1322 C346 1316 332 1300 338 1262 Z"'
        f' fill="{cuff}"/>'
    )
    return f"{one}<g {MIRROR}>{one}</g>"


def buttons(heights: range, x: int, fill: str) -> str:
    """A row of four-hole buttons."""
    return "".join(
        f'<circle cx="{x}" cy="{y + 4}" r="19" fill="#000" opacity=".25"/><circle cx="{x}" cy="{y}" r="18" fill="{fill}"/>'
        f'<circle cx="{x}" cy="{y}" r="12" fill="none" stroke="#000" stroke-opacity=".25" stroke-width="3"/>'
        for y in heights
    )


def seams(paths: str, p: Palette, width: int = 4) -> str:
    """Stitching."""
    return (
        f'<path d="{paths}" fill="none" stroke="{p.deep}" stroke-width="{width}" opacity=".55" stroke-linecap="round"/>'
        f'<path d="{paths}" fill="none" stroke="{p.glow}" stroke-width="1.6" opacity=".5"'
        ' stroke-dasharray="11 8" transform="translate(7 0)"/>'
    )


def raincoat(p: Palette) -> str:
    """A hooded raincoat with flap pockets."""
    body = "M592 462 C700 424 900 424 1008 462 C1046 500 1058 570 1062 660 L1128 1570 C1130 1596 1116 1606 1090 1610 C900 1632 700 1632 510 1610 C484 1606 470 1596 472 1570 L538 660 C542 570 554 500 592 462 Z"
    pocket = (
        f'<path d="M556 1160 h176 v150 q0 22 -22 22 h-136 q-22 0 -22 -22 Z" fill="{p.dark}" opacity=".35"/>'
        f'<path d="M550 1130 h188 q10 0 10 10 l-4 62 q-94 26 -192 0 l-8 -62 q0 -10 6 -10 Z" fill="{p.light}"/>'
        f'<circle cx="646" cy="1186" r="11" fill="{p.deep}"/>'
    )
    return (
        f'{sleeves(p, p.dark)}<path d="{body}" fill="url(#main)"/><path d="{body}" fill="url(#drape)" opacity=".5"/>'
        f'<path d="M590 470 C560 330 650 232 800 232 C950 232 1040 330 1010 470 C940 560 660 560 590 470 Z" fill="url(#side)"/>'
        f'<path d="M640 470 C620 370 690 296 800 296 C910 296 980 370 960 470 C900 540 700 540 640 470 Z" fill="{p.deep}"/>'
        f'<path d="M648 478 C700 520 760 540 800 590 C840 540 900 520 952 478 C960 560 880 600 800 640 C720 600 640 560 648 478 Z" fill="{p.light}"/>'
        f"{seams('M772 618 V1622', p)}{seams('M838 618 V1622', p)}{buttons(range(720, 1540, 150), 805, p.glow)}"
        f"{pocket}<g {MIRROR}>{pocket}</g>"
        f'<path d="M720 560 q-12 90 -6 150 M884 560 q10 80 4 140" stroke="#f3ead8" stroke-width="9" fill="none" stroke-linecap="round"/>'
    )


def trench(p: Palette) -> str:
    """A belted trench coat, double-breasted."""
    body = "M592 462 C700 430 900 430 1008 462 C1046 500 1056 570 1056 660 L1030 1060 L1150 1640 C1152 1662 1140 1672 1112 1676 C900 1698 700 1698 488 1676 C460 1672 448 1662 450 1640 L570 1060 L544 660 C544 570 554 500 592 462 Z"
    lapel = f'<path d="M690 440 L640 640 L716 650 L700 720 L800 900 L806 560 Z" fill="{p.light}" stroke="{p.dark}" stroke-width="4"/>'
    return (
        f'{sleeves(p, p.dark)}<path d="{body}" fill="url(#main)"/><path d="{body}" fill="url(#drape)" opacity=".6"/>'
        f'<path d="M690 436 C740 410 860 410 910 436 L806 640 Z" fill="{p.deep}"/>'
        f"{lapel}<g {MIRROR}>{lapel}</g>"
        f'<path d="M676 446 C690 396 750 372 800 372 C850 372 910 396 924 446 L880 486 C850 440 750 440 720 486 Z" fill="{p.base}" stroke="{p.dark}" stroke-width="4"/>'
        f"{seams('M868 900 L900 1690', p)}{buttons(range(930, 1030, 90), 728, p.deep)}{buttons(range(930, 1030, 90), 872, p.deep)}"
        f"{buttons(range(1190, 1480, 140), 716, p.deep)}{buttons(range(1190, 1480, 140), 886, p.deep)}"
        f'<path d="M566 1040 C700 1064 900 1064 1034 1040 L1040 1116 C900 1142 700 1142 560 1116 Z" fill="{p.dark}"/>'
        f'<rect x="742" y="1040" width="116" height="104" rx="16" fill="none" stroke="#6b5138" stroke-width="17"/>'
        f'<path d="M858 1060 L1000 1250 L940 1290 L830 1120 Z" fill="{p.dark}"/>'
        f'<path d="M560 1270 L690 1240 L700 1290 L574 1322 Z M1040 1270 L910 1240 L900 1290 L1026 1322 Z" fill="{p.dark}" opacity=".7"/>'
    )


def quilted(p: Palette) -> str:
    """A short quilted jacket with a zip."""
    body = "M590 478 C700 440 900 440 1010 478 C1052 516 1066 590 1070 680 L1092 1330 C1092 1372 1070 1384 1040 1388 C880 1406 720 1406 560 1388 C530 1384 508 1372 508 1330 L530 680 C534 590 548 516 590 478 Z"
    rows = range(560, 1350, 92)
    waves = " ".join(f"M{534 - (y - 560) // 36} {y} C640 {y + 34} 700 {y + 30} 792 {y + 6}" for y in rows)
    puff = "".join(
        f'<ellipse cx="{x}" cy="{y - 40}" rx="118" ry="26" fill="{p.glow}" opacity=".30"/>'
        for y in rows
        for x in (652, 948)
    )
    arm = " ".join(f"M{452 - (y - 620) // 6} {y} q70 34 130 8" for y in range(640, 1200, 92))
    return (
        f"{sleeves(p, p.deep)}{seams(arm, p, 6)}<g {MIRROR}>{seams(arm, p, 6)}</g>"
        f'<path d="{body}" fill="url(#main)"/><g filter="url(#soft)">{puff}</g>'
        f'{seams(waves, p, 7)}<g {MIRROR}>{seams(waves, p, 7)}</g><path d="{body}" fill="url(#drape)" opacity=".3"/>'
        f'<path d="M640 470 C640 380 700 350 800 350 C900 350 960 380 960 470 C900 520 860 540 806 590 C740 540 700 520 640 470 Z" fill="{p.dark}"/>'
        f'<path d="M676 440 C700 400 740 388 800 388 C860 388 900 400 924 440 C890 480 850 500 800 540 C750 500 710 480 676 440 Z" fill="{p.deep}"/>'
        f'<path d="M800 560 V1398" stroke="{p.deep}" stroke-width="26"/><path d="M800 560 V1398" stroke="#d8cfc0" stroke-width="7" stroke-dasharray="8 6"/>'
        f'<rect x="788" y="566" width="24" height="58" rx="8" fill="#d8cfc0"/>'
        f'<path d="M514 1336 C700 1364 900 1364 1086 1336 L1088 1384 C900 1410 700 1410 512 1384 Z" fill="{p.dark}"/>'
    )
