"""What a chat request may ask for; each mistake is a 400 that names the field."""

from __future__ import annotations

import pytest

from mockserver.api.asking import read_agent_ask, read_chat_ask
from mockserver.api.fields import BadRequest
from mockserver.api.models import BLAZE, EMBER
from mockserver.settings import ApiSettings

HELLO = {"role": "user", "content": "habari za leo"}
API = ApiSettings()


def request(**fields: object) -> dict[str, object]:
    return {"model": EMBER, "messages": [HELLO], **fields}


def test_everything_the_model_reads_is_counted() -> None:
    """Messages and memory."""
    ask = read_chat_ask(request(memoryChat=[{"role": "assistant", "content": "nzuri"}]), API)

    assert ask.tokens_in == 4


def test_an_agent_reads_its_description_too() -> None:
    """One message, plus what the agent is told to be."""
    ask = read_agent_ask({"message": HELLO, "name": "a", "instruction": "be kind"}, API)

    assert (ask.model, ask.tokens_in) == (EMBER, 6)


def test_every_documented_field_is_taken() -> None:
    """The field list of pawa-api.md section 3.1, both spellings of the doubtful ones."""
    ask = read_chat_ask(
        request(
            temperature=0.1,
            top_p=0.95,
            max_tokens=4096,
            frequency_penalty=-2,
            presence_penalty=0.3,
            seed=2024,
            stream=True,
            stop="x",
            tools=[
                {"type": "function", "function": {"name": "f", "strict": True}},
                {"type": "pawa_tool", "name": "web_search_tool"},
                {"type": "pawa_tool", "pawa_tool": "pesa_pay_tool"},
            ],
            tool_choice="auto",
            response_format={"type": "text"},
            capabilities={"name": "reasoning"},
            reasoning={"effort": "medium"},
            rag={"knowledgeBaseId": 1},
            knowledgeBase={"kbReferenceId": "kb-1"},
            agents=[1, 2],
            user="u",
        ),
        ApiSettings(unknown_fields="refuse"),
    )

    assert (ask.max_tokens, ask.stream, ask.stops) == (4096, True, ("x",))
    assert (ask.effort, ask.structure, ask.plain) == ("medium", None, False)
    assert ask.tools is not None
    assert ask.tools.built_in == ("web_search_tool", "pesa_pay_tool")


def test_what_most_requests_do_without_is_told() -> None:
    """So that an ordinary request costs nothing of it."""
    assert read_chat_ask(request(temperature=1, stop="x"), API).plain
    assert not read_chat_ask(request(response_format={"type": "text"}), API).plain


def test_memory_comes_before_the_messages() -> None:
    """It is what was said earlier; an empty one is none."""
    ask = read_chat_ask(request(memoryChat=[{"role": "assistant", "content": "nzuri"}]), API)

    assert [message.text for message in ask.messages] == ["nzuri", "habari za leo"]
    assert len(read_chat_ask(request(memoryChat=[]), API).messages) == 1


def test_tools_are_read_too() -> None:
    """Their description is what the model has to know."""
    function = {"name": "get_weather", "description": "weather of a city"}
    ask = read_chat_ask(request(tools=[{"type": "function", "function": function}]), API)

    assert ask.tokens_in > 3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"model": None}, "model is required"),
        ({"messages": []}, "messages must not be empty"),
        ({"temperature": 2.01}, "temperature must be between 0 and 2"),
        ({"top_p": -0.1}, "top_p must be between 0 and 1"),
        ({"frequency_penalty": 3}, "frequency_penalty must be between -2 and 2"),
        ({"presence_penalty": "a"}, "presence_penalty must be a number"),
        ({"max_tokens": 0}, "max_tokens must be at least 1"),
        ({"max_tokens": 1.5}, "max_tokens must be an integer"),
        ({"seed": "x"}, "seed must be an integer"),
        ({"stream": "yes"}, "stream must be true or false"),
        ({"stop": 5}, "stop must be a string or an array of at most 16 strings"),
        ({"stop": ["a", ""]}, "stop must hold strings that are not empty"),
        ({"tools": {}}, "tools must be an array"),
        ({"tools": [{}]}, "tools[0].type is required"),
        ({"tools": [{"type": "x"}]}, "tools[0].type must be function or pawa_tool"),
        (
            {"tool_choice": "sometimes"},
            "tool_choice must be auto, none, required or name one of the tools",
        ),
        ({"capabilities": {}}, "capabilities.name is required"),
        ({"rag": 7}, "rag must be a JSON object"),
        ({"response_format": "json"}, "response_format must be a JSON object"),
        ({"memoryChat": ["x"]}, "memoryChat[0] must be a JSON object"),
        ({"agents": ["x"]}, "agents[0] must be an integer"),
    ],
)
def test_a_bad_field_is_named(fields: dict[str, object], message: str) -> None:
    """Wrong types and bad ranges."""
    with pytest.raises(BadRequest) as caught:
        read_chat_ask(request(**fields), API)

    assert str(caught.value) == message


def test_a_model_of_another_endpoint_is_unknown() -> None:
    """The slip of a sample, and an embedding model, are refused with the valid names."""
    for model in ("pawa-v1-blaze-20240924", "pawa-embeddings-v1-20241001"):
        with pytest.raises(BadRequest, match=f"{model}.*unknown here.*{EMBER}, {BLAZE}"):
            read_chat_ask(request(model=model), API)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "message is required"),
        ({"message": [HELLO]}, "message must be a JSON object"),
        ({"message": HELLO, "intents": [1]}, "intents[0] must be a string"),
        ({"message": HELLO, "name": 1}, "name must be a string"),
    ],
)
def test_an_agent_takes_one_message(body: dict[str, object], message: str) -> None:
    """`message`, not `messages`."""
    with pytest.raises(BadRequest) as caught:
        read_agent_ask(body, API)

    assert str(caught.value) == message


def test_unknown_fields_are_ignored_unless_told() -> None:
    """A switch, since the real API's way is undocumented."""
    strict = ApiSettings(unknown_fields="refuse")

    read_chat_ask(request(maxTokens=5), API)
    with pytest.raises(BadRequest, match="maxTokens is not a field"):
        read_chat_ask(request(maxTokens=5), strict)
    with pytest.raises(BadRequest, match="messages is not a field"):
        read_agent_ask({"message": HELLO, "messages": []}, strict)


def test_pictures_and_tools_can_be_kept_to_blaze() -> None:
    """A switch, since the status of a refusal is undocumented."""
    strict = ApiSettings(enforce_capabilities=True)
    picture = {"type": "image_url", "image_url": {"url": "https://example.test/a.png"}}
    seeing = {"messages": [{"role": "user", "content": [picture]}]}
    tools = {"tools": [{"type": "pawa_tool", "name": "web_search_tool"}]}
    thinking = {"reasoning": {"effort": "high"}}

    for extra in (seeing, tools, thinking):
        read_chat_ask(request(**extra), API)
        read_chat_ask(request(**{**extra, "model": BLAZE}), strict)
        with pytest.raises(BadRequest, match=EMBER):
            read_chat_ask(request(**extra), strict)
