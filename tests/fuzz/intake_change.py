"""Small changes to intakes that keep most of them readable, so that fuzzing gets past the first mistake."""

import json
import random

from intake_check import HOLDERS, WORDS

from psoas_rules import load_pack
from psoas_rules.facts import SECTIONS
from psoas_rules.lexicon import build_lexicon

LEXICON = build_lexicon(load_pack())
SPECS = {
    section: {key: LEXICON.specs[f"{kind}.{key}"] for key in LEXICON.answers(kind) if LEXICON.answerable(kind, key)}
    for kind, section in SECTIONS.items()
}
ODD = (
    *WORDS,
    None,
    True,
    False,
    0,
    1,
    -1,
    5,
    0.5,
    -0.0,
    1e-7,
    1e22,
    float("nan"),
    float("inf"),
    10**18,
    2**63,
    "",
    " ",
    "yes",
    "no",
    "unknown",
    "not_sure",
    "clear",
    "all_clear",
    "Yes",
    "5",
    "\ud800",
    "\x00",
    "\u2028",
    "\u202e",
    "\N{LATIN SMALL LETTER DOTLESS I}",
    "left",
    "right",
    "both",
    "none",
    [],
    {},
    [[]],
    {"left": 3},
    {"left": True, "right": None},
    {"Left": 1, "right": 2},
    {"": ""},
)
_LARGEST_CHANGE = 4


class Changer:
    """Changes inputs.

    Args:
        bytewise: Changes bytes with no idea of what they mean, up to a size.
    """

    def __init__(self, bytewise):
        self.bytewise = bytewise

    def __call__(self, data, most, seed):
        """The input with a few changes; the same for the same seed."""
        dice = random.Random(seed)
        if dice.random() < 0.05:
            return self.bytewise(data, most)
        try:
            whole = json.loads(data)
            for _ in range(dice.randint(1, _LARGEST_CHANGE)):
                whole = _changed(whole, dice)
            changed = json.dumps(whole, indent=1).encode()
        except (ValueError, RecursionError):
            return self.bytewise(data, most)
        return changed if len(changed) <= most else self.bytewise(data, most)


def _changed(whole, dice):
    if not isinstance(whole, dict) or any(not isinstance(part, dict | str) for part in whole.values()):
        whole = {key: part for key, part in whole.items() if isinstance(part, dict)} if isinstance(whole, dict) else {}
    roll = dice.random()
    if roll < 0.55:
        _answer(whole, dice)
    elif roll < 0.7:
        _screen(whole, dice)
    elif roll < 0.8:
        _forget(whole, dice)
    else:
        return _spoilt(whole, dice)
    return whole


def _answer(whole, dice):
    """A new answer to a question of the pack, mostly a good one."""
    section = dice.choice(sorted(SPECS))
    if not SPECS[section]:
        return
    spec = SPECS[section][dice.choice(sorted(SPECS[section]))]
    one = _good(spec, dice)
    if spec.sided and dice.random() < 0.6:
        one = {side: _good(spec, dice) for side in dice.choice((["left"], ["right"], ["left", "right"]))}
    part = whole.get(section)
    if not isinstance(part, dict):
        part = whole[section] = {}
    part[spec.key] = one


def _good(spec, dice):
    if dice.random() < 0.08:
        return dice.choice((None, "unknown", "not_sure"))
    match spec.answer:
        case "yes_no":
            return dice.choice((True, False, "yes", "no"))
        case "choice":
            return dice.choice(sorted(spec.options))
        case "many" | "names":
            entries = sorted(spec.options) if dice.random() < 0.5 else sorted(spec.options.values())
            entries = sorted(spec.options) if spec.answer == "many" else entries
            return [dice.choice(entries) for _ in range(dice.choice((0, 1, 1, 2, 3, 8)))]
    low = spec.minimum if spec.minimum is not None else 0
    high = spec.maximum if spec.maximum is not None else 100
    number = dice.choice((low, high, dice.randint(int(low), int(high)), dice.randint(int(low), int(high))))
    if spec.answer == "number" and dice.random() < 0.3:
        number = min(high, number + dice.choice((0.5, 0.25, 0.001, 0.0004, 1e-9)))
    return number


def _screen(whole, dice):
    roll = dice.random()
    if roll < 0.6:
        whole["screen"] = "clear"
        return
    groups = sorted(LEXICON.groups)
    answers = dict.fromkeys(groups, "no") if roll < 0.8 else {}
    for _ in range(dice.randint(0, 3)):
        answers[dice.choice(groups)] = dice.choice(("yes", "no", True, False, None, "unknown"))
    whole["screen"] = answers


def _forget(whole, dice):
    if whole:
        section = dice.choice(sorted(whole))
        part = whole[section]
        if isinstance(part, dict) and part and dice.random() < 0.8:
            del part[dice.choice(sorted(part))]
        else:
            del whole[section]


def _spoilt(whole, dice):
    """Something somewhere that nobody should write."""
    places = list(_places(whole))
    if not places:
        return dice.choice(ODD)
    holder, key = dice.choice(places)
    roll = dice.random()
    if roll < 0.5:
        holder[key] = _odd(dice)
    elif roll < 0.7:
        inside = holder[key]
        parts = [[k, v] for k, v in inside.items()] if isinstance(inside, dict) else inside
        holder[key] = {dice.choice(sorted(HOLDERS)): parts if isinstance(parts, list) else [parts]}
    elif isinstance(holder, dict):
        holder[_near(key, dice)] = holder.pop(key) if dice.random() < 0.5 else holder[key]
    else:
        holder.append(_odd(dice))
    return whole


def _odd(dice):
    odd = dice.choice(ODD)
    return json.loads(json.dumps(odd)) if isinstance(odd, list | dict) else odd


def _near(key, dice):
    words = (*SPECS[dice.choice(sorted(SPECS))], *SPECS, *LEXICON.groups)
    return dice.choice(
        (
            key[:-1],
            key + "s",
            key.upper(),
            f"{key}.left",
            f"sign.{key}",
            key * 30,
            key[::-1],
            dice.choice(words),
            *(odd for odd in ODD if isinstance(odd, str)),
        )
    )


def _places(value):
    """Every place in nested data, as its holder and its key there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield value, key
        yield from _places(part)
