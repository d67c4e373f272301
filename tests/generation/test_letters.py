"""Letters in vocabularies of both kinds, and their probabilities against a forward pass by hand."""

from __future__ import annotations

import pytest
import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoProcessor, PreTrainedTokenizerFast

from lmms_robust.embedded import TINY_MODEL
from lmms_robust.generation.letters import LetterTokens, at_the_answer, before_the_letter, normalised
from lmms_robust.schema import MAX_LETTERS, MAX_OPTIONS
from tests.generation.checkpoints import byte_tokenizer
from tests.generation.conftest import by_engine, read

MERGES = ("Ġ A", "( A", "A )", "A n", "Ġ B", "( C", "( C)", "C )", "Ġ ĠB", "A A")


def pieces(words: list[str]) -> PreTrainedTokenizerFast:
    """A vocabulary as sentencepiece writes it, with bytes for what it has no piece for."""
    vocabulary = [
        ("<unk>", 0.0),
        *((word, -1.0) for word in words),
        *((f"<0x{byte:02X}>", -9.0) for byte in range(256)),
    ]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", eos_token="</s>")


def found(tokenizer: PreTrainedTokenizerFast, letter: str) -> set[str]:
    letters = LetterTokens(tokenizer, len(tokenizer))
    return set(tokenizer.convert_ids_to_tokens(letters.ids[letter]))


def test_a_byte_level_vocabulary_has_a_letter_in_several_tokens() -> None:
    tokenizer = byte_tokenizer((), MERGES, eos_token="</s>")
    assert found(tokenizer, "A") == {"A", "ĠA", "(A", "A)"}
    assert found(tokenizer, "B") == {"B", "ĠB", "ĠĠB"}
    assert found(tokenizer, "C") == {"C", "(C", "(C)", "C)"}
    assert found(tokenizer, "J") == {"J"}


def test_so_has_a_vocabulary_of_sentence_pieces() -> None:
    tokenizer = pieces(["A", "▁A", "(A", "▁(A", "An", "▁And", "B", "▁B", "b", "▁"])
    assert {"A", "▁A", "(A", "▁(A"} <= found(tokenizer, "A") <= {"A", "▁A", "(A", "▁(A", "<0x41>"}
    assert {"B", "▁B"} <= found(tokenizer, "B") <= {"B", "▁B", "<0x42>"}


def test_special_tokens_and_ids_that_the_model_does_not_have_are_no_letters() -> None:
    tokenizer = byte_tokenizer(("(A)",), MERGES, eos_token="B.")
    assert found(tokenizer, "A") == {"A", "ĠA", "(A", "A)"}
    number = tokenizer.convert_tokens_to_ids("ĠB")
    assert number not in LetterTokens(tokenizer, number).ids["B"]
    assert number in LetterTokens(tokenizer, number + 1).ids["B"]


def test_a_letters_probability_is_over_all_of_its_tokens() -> None:
    tokenizer = byte_tokenizer((), MERGES, eos_token="</s>")
    letters = LetterTokens(tokenizer, len(tokenizer))
    logits = torch.randn(3, len(tokenizer), generator=torch.Generator().manual_seed(0))
    probs = logits.softmax(-1)
    expected = torch.stack([probs[:, numbers].sum(-1) for numbers in letters.ids.values()], -1)
    torch.testing.assert_close(letters.logprobs(logits).exp(), expected)


def test_the_mass_is_what_the_letters_have_of_all_probability() -> None:
    tokenizer = byte_tokenizer((), MERGES, eos_token="</s>")
    numbers = tokenizer.convert_tokens_to_ids(["A", "ĠA", "B", "C", "x"])
    logits = torch.full((len(tokenizer),), float("-inf"))
    logits[numbers] = torch.tensor([0.3, 0.1, 0.2, 0.15, 0.25]).log()
    found = normalised(LetterTokens(tokenizer, len(tokenizer)).logprobs(logits), 2)
    assert found.mass == pytest.approx(0.6)
    assert found.probs == pytest.approx({"A": 2 / 3, "B": 1 / 3})


def test_a_letter_without_a_token_has_no_probability() -> None:
    few = pieces(["▁A", "▁B"])
    logprobs = LetterTokens(few, 3).logprobs(torch.zeros(3))  # the bytes are beyond
    assert normalised(logprobs, 3).probs == pytest.approx({"A": 0.5, "B": 0.5, "C": 0.0})
    assert normalised(torch.full((MAX_LETTERS,), float("-inf")), 2) is None


def test_no_answer_or_one_in_the_prefill_has_no_probabilities() -> None:
    tokenizer = byte_tokenizer((), eos_token="</s>")
    known, options = LetterTokens(tokenizer, len(tokenizer)), ("left", "right")

    def probs(prefill: str, text: str):
        tokens = tokenizer(text)["input_ids"]
        return at_the_answer(known, prefill, tokens, torch.zeros(len(tokens), MAX_LETTERS), options)

    assert probs("<think>", "It is A or B.") is None
    assert probs("<think>x</think><answer>A</answer>", " done") is None
    assert probs("<think>", "x</think><answer>A</answer>").probs == {"A": 0.5, "B": 0.5}


def test_probabilities_are_those_of_a_forward_pass_by_hand() -> None:
    checkpoint = read(TINY_MODEL)
    settings = {"max_new_tokens": 64, "temperature": 0}
    tokenizer, model = checkpoint.processor.tokenizer, checkpoint.load()
    known = LetterTokens(tokenizer, len(tokenizer))
    prompts = [prompt for prompts in checkpoint.prompts for prompt in prompts]
    options, seen = ("1", "2", "3", "4"), 0
    for prompt, written in zip(prompts, by_engine(checkpoint.load(), checkpoint, settings, 5), strict=True):
        probs = at_the_answer(known, prompt.prefill, written.tokens, written.letters, options)
        if probs is None:
            continue
        seen += 1
        text = tokenizer.decode(written.tokens)
        place = len(tokenizer(text[: text.rindex("<answer>") + len("<answer>")], add_special_tokens=False)["input_ids"])
        assert tokenizer.decode(written.tokens[place]).strip() in "ABCD"
        expected = by_hand(model, checkpoint.processor, prompt, written.tokens[:place])
        assert probs.probs == pytest.approx(expected, abs=1e-5)
    assert seen > len(prompts) // 2


def by_hand(model, processor, prompt, tokens: list[int]) -> dict[str, float]:
    special = not prompt.text.startswith(processor.tokenizer.bos_token or "\0")
    inputs = processor(
        text=[prompt.text], images=[list(prompt.pictures)], return_tensors="pt", add_special_tokens=special
    ).to(model.device)
    ids = torch.cat([inputs["input_ids"], torch.tensor([tokens], dtype=torch.long, device=model.device)], 1)
    with torch.inference_mode():
        logits = model(input_ids=ids, pixel_values=inputs["pixel_values"]).logits[0, -1].double()
    vocabulary = processor.tokenizer.get_vocab()
    by_letter = {
        letter: [number for token, number in vocabulary.items() if token.strip("Ġ▁ (") == letter] for letter in "ABCD"
    }
    chosen = torch.stack([logits[numbers].logsumexp(0) for numbers in by_letter.values()]).softmax(0)
    return dict(zip("ABCD", chosen.tolist(), strict=True))


def test_the_embedded_model_has_every_letter() -> None:
    tokenizer = AutoProcessor.from_pretrained(TINY_MODEL).tokenizer
    assert all(found(tokenizer, letter) for letter in "ABCDEFGHIJK")


JOINED = ("> A", "> B", ": A", ": B", "Ġ A", "Ġ B", "( B", "* B", "A n")


def as_qwen_splits(merges: tuple[str, ...]) -> PreTrainedTokenizerFast:
    """Words take a mark before them along, so that "<answer>B" is cut into "<answer" and ">B"."""
    tokenizer = byte_tokenizer((), merges, eos_token="</s>")
    words = Regex(r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+")
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(words, "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    return tokenizer


@pytest.mark.parametrize(
    ("before", "token"), [("<answer>", ">B"), ("Answer:", ":B"), ("Answer: ", " B"), ("It is (", "B"), ("**", "B")]
)
def test_a_letter_may_be_one_token_with_the_mark_before_it(before: str, token: str) -> None:
    """As vocabularies of Qwen's kind have it, in which "<answer>B" ends in the token ">B"."""
    tokenizer = as_qwen_splits(JOINED)
    known, text = LetterTokens(tokenizer, len(tokenizer)), f"<think>x</think>{before}B"
    tokens = tokenizer(text)["input_ids"]
    assert tokenizer.decode(tokens[-1]) == token
    (place,) = [number for number, token in enumerate(tokens) if token in known.ids["B"]]
    logits = torch.full((len(tokens), MAX_LETTERS), float("-inf"))
    vocabulary = torch.full((len(tokenizer),), -20.0)
    vocabulary[tokens[place]] = 0.0
    logits[place] = known.logprobs(vocabulary)
    found = at_the_answer(known, "", tokens, logits, ("left", "right"))
    assert found is not None
    assert found.probs["B"] == pytest.approx(1.0, abs=1e-6)


def test_a_small_letter_has_no_probabilities_rather_than_those_of_capitals() -> None:
    tokenizer = byte_tokenizer((), eos_token="</s>")
    tokens = tokenizer("<answer>b</answer>")["input_ids"]
    known = LetterTokens(tokenizer, len(tokenizer))
    assert at_the_answer(known, "", tokens, torch.zeros(len(tokens), MAX_LETTERS), ("left", "right")) is None


def test_prose_that_was_cut_off_has_no_probabilities() -> None:
    tokenizer = byte_tokenizer((), eos_token="</s>")
    tokens = tokenizer("It is left, so the answer is A")["input_ids"]
    known, options = LetterTokens(tokenizer, len(tokenizer)), ("left", "right")
    letters = torch.zeros(len(tokens), MAX_LETTERS)
    assert at_the_answer(known, "", tokens, letters, options) is not None
    assert at_the_answer(known, "", tokens, letters, options, cut=True) is None


def test_marks_that_would_be_one_token_with_the_letter_are_left_to_it() -> None:
    joined, apart = as_qwen_splits(JOINED), as_qwen_splits(())
    assert before_the_letter(joined, "<think>x</think><answer>", 2) == "<think>x</think><answer"
    assert before_the_letter(apart, "<think>x</think><answer>", 2) == "<think>x</think><answer>"
    assert before_the_letter(as_qwen_splits(("> A",)), "<answer>", 4) == "<answer"


def test_eleven_letters_are_never_offered() -> None:
    assert len(LetterTokens(byte_tokenizer((), eos_token="</s>"), 300).ids) == MAX_OPTIONS + 1
