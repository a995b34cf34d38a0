"""The desk's words, however they are spelt.

A rule is a word, or several in a row, never a pattern. It is looked for in five spellings: as written, folded (without
case and accents), in digits and signs (“1d10t”), taken apart (“i d i o t”), and drawn out (“idiiiot”). Only the
first two may reject; the others can meet an honest text and hold it at most. What is looked for are whole words,
unless the rule is about how words begin or end, so that “first-class pass” holds no “ass” and “Scunthorpe” is clean.

Each place of the text is looked up in a table of the rules, so that the work grows with the length of the text and
not with the number of rules.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from django.db.models import F, Q

from comments.folding import LEET, LOOKALIKES, is_mixed, letters_of, skeleton
from comments.models.word import WordHit, WordRule
from comments.screening.signal import Signal, Submission

EXACT, FOLDED, LEET_FORM, JOINED, SQUEEZED = "exact", "folded", "leet", "joined", "squeezed"
HOW = {LEET_FORM: " in digits and signs", JOINED: " taken apart", SQUEEZED: " drawn out"}
REJECTING = (EXACT, FOLDED)
LONGEST = 80  # characters of a rule
MARKED = 20  # places of one word that are shown
TRIES = 400
SENTENCE = ".,;:?…()[]«»„“”‚‘’\"'"  # signs around words that stand for no letter
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"(?:[^\W_]|[@$!|¡+€£¥§¢µ])+")
_DOUBLE = re.compile(r"(.)\1", re.IGNORECASE)
SHORT = 4  # letters below which a drawn-out word must be drawn out a lot
NUMBER = re.compile(r"[$€£¥+#]?[\d.,:/%-]+[%$€£¥+]?")
# Short words that stand beside each other in honest sentences: two of them make no third.
COMMON = frozenset(
    "a al am an are as at be by da das de del den der des det di die do du e ein el en er es et go he i ich il im in is"
    " it ja je la las le les lo los me mi my na ne no nu o of og on or os par per por que sa se si so su ta te to tu u"
    " un una une up us ut vi was we who y yo".split()
)
WEIGHT = {WordRule.Kind.REJECT: 1.0, WordRule.Kind.HOLD: 0.6, WordRule.Kind.WATCH: 0.0}


@dataclass
class Hit:
    rule: WordRule
    form: str
    spans: list[list[int]] = field(default_factory=list)


@dataclass
class Word:
    """A run of letters and digits: what it reads folded, and where it stands in the text."""

    letters: str
    start: int
    end: int


def signals(submission: Submission) -> list[Signal]:
    return [signal_of(hit) for hit in find(submission.body, rules_of(submission.sections))]


def rules_of(sections=()) -> list:
    """Return what is looked for in a section, given with those above it: pk, text, kind and match of each rule."""
    current = WordRule.objects.current().filter(Q(section=None) | Q(section__in=sections)).order_by()
    return list(current.values_list("pk", "text", "kind", "match", named=True))


def remember(comment, signals):
    """Keep what the rules caught, which tells later how good they are."""
    caught = {signal.about: signal.form for signal in signals if signal.code == "word" and signal.about}
    if not caught and not comment.version > 1:
        return
    known = set(comment.word_hits.values_list("rule", flat=True))
    new = WordRule.objects.filter(pk__in=caught.keys() - known)
    WordHit.objects.bulk_create(
        [WordHit(rule=rule, comment=comment, form=caught[rule.pk]) for rule in new], ignore_conflicts=True
    )
    new.update(hits=F("hits") + 1)


def signal_of(hit: Hit) -> Signal:
    kind = hit.rule.kind
    effect = {WordRule.Kind.REJECT: "reject", WordRule.Kind.HOLD: "hold"}.get(kind, "")
    if effect == "reject" and hit.form not in REJECTING:
        effect = "hold"
    score = min(WEIGHT[kind], 1.0 if effect == "reject" else 0.6)
    reason = f"the word “{hit.rule.text}”{HOW.get(hit.form, '')}"
    return Signal("word", score, reason, hit.spans, effect, hit.rule.pk, hit.form)


def find(text: str, rules: list[WordRule]) -> list[Hit]:
    """Return what each rule finds, in the spelling nearest to the rule."""
    if not rules or not text:
        return []
    return Search(text, Table(rules)).run()


class Table:
    """The rules by what is looked up. Rules of several words are found word by word, and joined like any other."""

    def __init__(self, rules):
        self.folded, self.leet, self.squeezed, self.joined = (defaultdict(list) for _ in range(4))
        self.begins, self.ends = defaultdict(list), defaultdict(list)
        self.phrases = defaultdict(list)  # by the first word
        for rule in rules:
            words = words_of_rule(rule.text)
            whole = "".join(words)
            if not whole:
                continue
            if rule.match == WordRule.Match.PREFIX:
                self.begins[whole].append(rule)
            elif rule.match == WordRule.Match.SUFFIX:
                self.ends[whole].append(rule)
            elif len(words) > 1:
                self.phrases[words[0]].append((words, rule))
            else:
                self.folded[whole].append(rule)
            if len(whole) > 1:
                self.leet[as_leet(whole)].append(rule)
                self.joined[as_leet(whole)].append(rule)
                self.squeezed[squeeze(as_leet(whole))].append(rule)
        self.sizes = defaultdict(set)  # of what is joined, by its first two letters
        for key in self.joined:
            self.sizes[key[:2]].add(len(key))
        self.begin_lengths = sorted({len(key) for key in self.begins})
        self.end_lengths = sorted({len(key) for key in self.ends})


@lru_cache(maxsize=4096)
def words_of_rule(text: str) -> tuple[str, ...]:
    return tuple(word.letters for word in words_in(text))


@lru_cache(maxsize=16384)
def as_leet(word: str) -> str:
    """Return one spelling for a word and all it can be written as in digits and signs; l and i are one."""
    return "".join("i" if letter == "l" else letter for letter in _read(word))


def _read(word):
    for character in word:
        for letter in LEET.get(character) or letters_of(character):
            yield LOOKALIKES.get(letter, letter)


def squeeze(word: str) -> str:
    """Return the word with each letter once where it stands several times in a row."""
    return "".join(letter for letter, _ in groupby(word))


def words_in(text: str) -> list[Word]:
    """Return the words of a text, folded. Marks belong to the letter before them, in any script."""
    if text.isascii():
        return [Word(match[0].lower(), match.start(), match.end()) for match in _WORD.finditer(text)]
    words, letters, start = [], [], 0
    for position, character in enumerate(text):
        plain = letters_of(character)
        if plain and plain.isalnum():
            if not letters:
                start = position
            letters.append(plain)
        elif plain or character.isspace():
            if letters:
                words.append(Word("".join(letters), start, position))
            letters = []
    if letters:
        words.append(Word("".join(letters), start, len(text)))
    return words


class Search:
    def __init__(self, text, table):
        self.text, self.table = text, table
        self.hits = {}

    def run(self):
        words = words_in(self.text)
        self.whole_words(words)
        if self.table.begins or self.table.ends:
            self.beginnings_and_ends(words)
        if self.table.joined:
            self.in_digits_and_signs()
            self.taken_apart()
        return list(self.hits.values())

    def hit(self, rule, form, start, end):
        order = (EXACT, FOLDED, LEET_FORM, JOINED, SQUEEZED)
        found = self.hits.get(rule.pk or id(rule))
        if found is None or order.index(form) < order.index(found.form):
            found = self.hits[rule.pk or id(rule)] = Hit(rule, form)
        if found.form == form and len(found.spans) < MARKED:
            found.spans.append([start, end])

    def as_written(self, rule, start, end):
        return EXACT if self.text[start:end].lower() == rule.text.lower() else FOLDED

    def whole_words(self, words):
        for number, word in enumerate(words):
            spellings = [word.letters]
            if not word.letters.isascii() and is_mixed(word.letters):
                spellings.append(skeleton(word.letters))  # nobody mixes alphabets in an honest word
            for letters in spellings:
                for rule in self.table.folded.get(letters, ()):
                    self.hit(rule, self.as_written(rule, word.start, word.end), word.start, word.end)
                for phrase, rule in self.table.phrases.get(letters, ()):
                    row = words[number : number + len(phrase)]
                    if tuple(other.letters for other in row) == phrase:
                        self.hit(rule, self.as_written(rule, word.start, row[-1].end), word.start, row[-1].end)

    def beginnings_and_ends(self, words):
        for word in words:
            for length in self.table.begin_lengths[: bisect_right(self.table.begin_lengths, len(word.letters))]:
                for rule in self.table.begins.get(word.letters[:length], ()):
                    self.hit(rule, FOLDED, word.start, word.end)
            for length in self.table.end_lengths[: bisect_right(self.table.end_lengths, len(word.letters))]:
                for rule in self.table.ends.get(word.letters[-length:], ()):
                    self.hit(rule, FOLDED, word.start, word.end)

    def in_digits_and_signs(self):
        for match in re.finditer(r"\S+", self.text):
            chunk, start = match[0], match.start()
            plain = chunk.strip(SENTENCE)
            if plain.isalpha():
                at = start + chunk.find(plain)
                if not plain.isascii():
                    for rule in self.table.leet.get(as_leet(plain), ()):
                        self.hit(rule, LEET_FORM, at, at + len(plain))
                if _DOUBLE.search(plain):
                    self.drawn_out(as_leet(plain), at, at + len(plain))
                continue
            for first, last in self.trimmings(chunk):
                word = chunk[first:last]
                if len(word) > LONGEST * 4 or NUMBER.fullmatch(word):
                    continue
                read = as_leet(word)
                for rule in self.table.leet.get(read, ()):
                    self.hit(rule, LEET_FORM, start + first, start + last)
                self.drawn_out(read, start + first, start + last)

    @staticmethod
    def trimmings(chunk):
        """A chunk with and without those signs around it that may be the sentence's or stand for letters."""
        first, last = 0, len(chunk)
        while first < last and not chunk[first].isalnum():
            first += 1
        while last > first and not chunk[last - 1].isalnum():
            last -= 1
        offset = len(chunk) - len(chunk.lstrip(SENTENCE))
        return {(first, last), (offset, max(offset, len(chunk.rstrip(SENTENCE))))}

    def drawn_out(self, read, start, end):
        short = squeeze(read)
        if short == read:
            return
        runs = [len(list(group)) for _, group in groupby(read)]
        doubled, longest = sum(run > 1 for run in runs), max(runs)
        for rule in self.table.squeezed.get(short, ()):
            whole = as_leet("".join(words_of_rule(rule.text)))
            if len(read) <= len(whole):
                continue
            if longest > 2 or doubled > 2 or len(whole) > SHORT:
                self.hit(rule, SQUEEZED, start, end)

    def taken_apart(self):
        """Look for words in pieces: single letters, or parts that signs or spaces hold apart."""
        pieces, starts, ends, length = [], [], {}, 0
        tries = Counter()  # so that a text of nothing else costs no more
        for match in _PIECE.finditer(self.text):
            part = match[0] if len(match[0]) == 1 else match[0].rstrip("!|+") or match[0]
            read = as_leet(part) if len(part) <= LONGEST else "?"
            if read:
                starts.append(length)
                length += len(read)
                ends[length] = len(pieces)
                pieces.append((part, match.start(), match.start() + len(part), read))
        joined = "".join(piece[3] for piece in pieces)
        for number, at in enumerate(starts):
            for size in self.table.sizes.get(joined[at : at + 2], ()):
                last = ends.get(at + size)
                if last is None or last <= number:
                    continue
                word = joined[at : at + size]
                if word not in self.table.joined or tries[word] > TRIES:
                    continue
                tries[word] += 1
                if not self._is_honest(pieces[number : last + 1]):
                    tries[word] += MARKED
                    for rule in self.table.joined[word]:
                        self.hit(rule, JOINED, pieces[number][1], pieces[last][2])

    def _is_honest(self, pieces):
        """Whether pieces that make a word are words or numbers themselves."""
        parts = [piece[0] for piece in pieces]
        if sum(not part.isdigit() for part in parts) < 2:
            return True
        if len(parts) > 2 and all(len(part) == 1 for part in parts):
            return False
        gaps = [self.text[before[2] : after[1]] for before, after in zip(pieces, pieces[1:], strict=False)]
        if len(parts) > 2 and not any(gap.isspace() for gap in gaps):
            return False
        return all(part.isdigit() or "".join(map(letters_of, part)) in COMMON for part in parts)
