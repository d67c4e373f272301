"""A checkpoint as a judge: its replies are those of transformers one by one, batched, and kept."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from lmms_robust.consistency.judge import Request
from lmms_robust.embedded import TINY_MODEL
from lmms_robust.errors import RobustError
from lmms_robust.judges.local import LocalJudge
from lmms_robust.judges.naming import Answer, Limits, Named
from tests.judges.scripted import run_of
from tests.judges.test_run import judged, letters, votes

TEMPLATE = "{% for one in messages %}{{ one.content }}{% endfor %}{% if add_generation_prompt %}\x01{% endif %}"
END = "</s>"


def checkpoint(folder: Path, follows: dict[str, str], template: str | None = TEMPLATE, scale: float = 1.0) -> Path:
    """A model that writes, after each sign, the one sign that follows it, whatever stands before.

    Every layer adds nothing, a token's embedding is a vector of its own, and the head maps it to the next token.
    """
    vocabulary = {sign: number for number, sign in enumerate([END, *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END)
    fast.chat_template = template
    size = len(vocabulary) + 1  # even, as rotary embeddings want it
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=size, intermediate_size=2, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1, max_position_embeddings=4096, eos_token_id=0, tie_word_embeddings=False,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.fill_(1.0 if "norm" in name else 0.0)
        model.model.embed_tokens.weight.copy_(scale * torch.eye(size)[: len(vocabulary)])
        for before, after in follows.items():
            numbers = [0 if sign == END else fast(sign)["input_ids"][0] for sign in (before, after)]
            model.lm_head.weight[numbers[1], numbers[0]] = 1.0
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


def test_a_checkpoints_verdicts_are_what_it_writes(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "model b", {"\x01": "B", "B": END})
    log = run_of(tmp_path / "run", 5)
    result = judged(tmp_path / "run", f"j=hf:{folder}", more=("--batch-size", "2"))
    assert result.exit_code == 0, result.output
    assert letters(log) == "BBBBB"
    assert {one.model for one in votes(log)} == {str(folder)}
    again = judged(tmp_path / "run", f"j=hf:{folder}")
    assert "0 asked, 5 kept from before" in again.output


def test_other_weights_under_the_same_name_are_asked_anew(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "model", {"\x01": "B", "B": END})
    log = run_of(tmp_path / "run", 2)
    judged(tmp_path / "run", f"j=hf:{folder}")
    checkpoint(folder, {"\x01": "A", "A": END}, scale=2.0)  # training changes nearly every number, this few
    judged(tmp_path / "run", f"j=hf:{folder}")
    assert letters(log) == "AA"


def answers(folder: Path, texts: list[str], **limits: int) -> list[Answer]:
    judge = LocalJudge(Named("j", str(folder), None), Limits(**limits))
    found: dict[int, Answer] = {}
    judge.answer([Request(text, "#", 2) for text in texts], found.__setitem__)
    return [found[number] for number in range(len(texts))]


def test_a_reply_that_does_not_end_is_cut_and_counted(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, {"\x01": "x", "x": "y", "y": "x"})
    (found,) = answers(folder, ["abc"], max_tokens=5)
    assert found == Answer("xyxyx", None, cut=True, input_tokens=4, output_tokens=5)


def test_batches_of_requests_of_any_length_are_as_one_by_one(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, {"\x01": "B", "B": END})
    torch.manual_seed(0)
    model = LlamaForCausalLM.from_pretrained(folder)
    with torch.no_grad():  # layers that look back, so that what is padded would show
        for name, weights in model.named_parameters():
            if "layers" in name and "norm" not in name:
                weights.normal_(0, 0.3)
        model.lm_head.weight.normal_(0, 1)
    model.save_pretrained(folder)
    texts = [f"{'look ' * number}at {number}" for number in range(7)]
    one, many = (answers(folder, texts, batch_size=size, max_tokens=6) for size in (1, 7))
    assert one == many
    assert len({found.text for found in one}) > 1


def test_a_request_that_leaves_no_room_for_a_reply_is_a_failure_and_no_error(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, {"\x01": "B", "B": END})
    long, short = answers(folder, ["x" * 5_000, "x"])
    assert (long.failed, short.text) == ("too_long", "B")


def test_a_checkpoint_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, {}, None)
    with pytest.raises(RobustError, match="has no chat template; allowed: one that has"):
        LocalJudge(Named("j", str(folder), None), Limits())


def test_a_chat_template_that_fails_is_one_line(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, {}, "{{ raise_exception('only tools') }}")
    with pytest.raises(RobustError, match="judge j: its chat template fails: only tools"):
        answers(folder, ["x"])


def test_a_model_of_pictures_is_refused_by_name() -> None:
    with pytest.raises(RobustError, match=r"judge j: .* is no text model \(llava\); allowed: one that transformers"):
        LocalJudge(Named("j", str(TINY_MODEL), None), Limits())
