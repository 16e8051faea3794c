"""What settings mean that the example file does not explain one by one.

There they stand inside other settings (a match, a price, a spread), or several have one sentence
between them. Here each is explained by the name of its table in the schema and its own.
"""

from __future__ import annotations

_ALLOWANCE = {
    "limit_units": "Money, in whatever unit the prices are in.",
    "limit_tokens": "Tokens read and written together.",
    "period": "daily, monthly, yearly or lifetime; in UTC.",
    "reset_day": "The day of the month on which a period begins.",
    "reset_month": "The month in which a year of the budget begins.",
    "mode": "hard refuses what would pass the limit, soft only tells.",
    "grace": "How far beyond the limit a hard budget goes, as a share of it.",
    "alerts": "The shares of the limit at which somebody is told.",
    "spelling": "The status of a refusal.",
}

MEANINGS: dict[str, dict[str, str]] = {
    "Match": {
        "method": "The method of HTTP.",
        "path": "The path, with or without `/v1`; * stands for anything, / included.",
        "model": "The model; * stands for anything.",
        "key": "The id of an API key.",
        "project": "The project that the key belongs to.",
        "stream": "Whether a stream is asked for.",
        "header": "Headers that must be there, each with a value like this; * stands for anything.",
        "body": "A text that the body holds, byte for byte.",
        "token": "The call token (`call-` and 12 hex digits in the body); * stands for anything.",
        "attempt": "The how-many-th arrival of that token, or the first and the last that fit.",
    },
    "When": {
        "times": "So many at most; without it, all.",
        "after": "So many pass first.",
        "every": "The first of every so many.",
        "probability": "With this chance, drawn from the seed.",
        "seed": "Where the chance begins, in the place of the sandbox's seed.",
        "per": "Whether all matching requests are counted, or the attempts of each call by itself.",
        "from_s": "From so many seconds on after the rule was set.",
        "until_s": "Until so many seconds after the rule was set.",
        "ramp": "A chance that changes evenly, in place of probability; begins at from_s.",
        "cycle": "On and off in turns; begins at from_s.",
    },
    "Ramp": {
        "from_p": "The chance at first.",
        "to_p": "The chance in the end; it stays there.",
        "over_s": "How many seconds it takes.",
    },
    "Cycle": {
        "period_s": "Seconds from one beginning to the next.",
        "on_s": "How many of them it is on.",
        "offset_s": "How many seconds later the first one begins.",
    },
    "KeySettings": {
        "not_before": "From when it opens: seconds after the start, or an instant with its zone.",
        "expires_at": "Until when it opens: seconds after the start, or an instant with its zone.",
        "models": "The models that it may use; * stands for anything. All others are 403.",
        "endpoints": "The paths that it may use, with or without `/v1`. All others are 403.",
    },
    "ProjectSettings": {
        "rate_limits": "Limits of its own in place of the sandbox's; an empty list: none.",
        "budget": "Money of its own, without prices.",
        "models": "The models that its keys may use; * stands for anything. All others are 403.",
        "endpoints": "The paths that its keys may use, with or without `/v1`. All others are 403.",
    },
    "KeyBlockSettings": {
        "after_refusals": "So many refusals by rate limits block a key; without it, none do.",
        "within_s": "In how many seconds they must come.",
        "block_s": "For how many seconds it is blocked.",
    },
    "LimitSettings": {
        "growth": "For slope: how many times as much as in the window before.",
        "count_refused": "Whether refused requests use up the limit too; for requests.",
        "burst": "How much can be used at once, for gcra and token_bucket.",
        "models": "The models that it is about; without it, all.",
        "paths": "The paths that it is about, with or without `/v1`; without it, all.",
    },
    "PreviousSecret": {
        "key": "The secret from before.",
        "until": "Until when it opens: seconds after the start, or an instant with its zone.",
    },
    "PriceSettings": {
        "in_per_1k": "For 1,000 tokens read.",
        "out_per_1k": "For 1,000 tokens written.",
        "per_request": "For a request.",
        "per_item": "For an item: a sentence of an embedding, a file of a transcription.",
    },
    "BudgetSettings": _ALLOWANCE
    | {
        "price": "What a model costs that has no price of its own; unless `pricing` has it.",
        "prices": "By model, or by a pattern of models; unless `pricing` has them.",
        "kinds": "By kind of work; unless `pricing` has them.",
    },
    "ScopedBudgetSettings": _ALLOWANCE,
    "OverloadSettings": {
        "status": "The status of the refusal.",
        "retry_after_s": "When to come back; without it, nothing is said.",
    },
    "LatencySettings": {"models": "Times of its own for a model, by its name."},
    "ModelLatencySettings": {
        "base_s": "Seconds before the first token.",
        "per_input_token_s": "Seconds more for each token read.",
        "per_output_token_s": "Seconds between two tokens that are written.",
        "per_item_s": "Seconds more for each sentence of a batch, each file of a transcription.",
        "first": "How the time to the first token scatters.",
        "between": "How the time between two tokens scatters.",
        "load_factor": "How much slower it is when all workers are busy: 1 is twice as slow.",
    },
    "StreamSettings": {
        "chunk_words": "Words in a chunk.",
        "chunks": "So many chunks in all, in place of chunk_words.",
        "interval_s": "Seconds between two chunks, on top of the model's own.",
        "first_token_s": "Seconds before the first chunk, on top of the model's own.",
    },
    "CapacitySettings": {
        "queue": "Requests that may wait for a worker.",
        "queue_s": "Seconds that each may wait; without it, without end.",
    },
    "StorageSettings": {
        "max_agents": "Agents that are kept; more are refused with 413.",
        "max_bases": "Knowledge bases that are kept; more are refused with 413.",
        "max_files": "Files of all bases together; more are refused with 413.",
        "max_bytes": "Bytes of agents and files together, as they were sent; more are 413.",
        "max_chunks": "Chunks that all files together are cut into; more are refused with 413.",
        "chunk_words": "Words in a chunk of a file.",
        "top_k": "How many chunks are found where a request does not say.",
    },
    "SpreadSettings": {
        "shape": "How it scatters about its mean.",
        "deviation": "The standard deviation, as a share of the mean; for normal up to 0.33.",
    },
    "ReplySettings": {"rules": "What is said to which requests; the first that matches decides."},
    "ReplyMatch": {
        "model": "The model; * stands for anything.",
        "path": "The path, with or without `/v1`; * stands for anything, / included.",
        "body": "A text that the body holds, byte for byte.",
        "user": "The whole of the user's last message; * stands for anything.",
        "stream": "Whether a stream is asked for.",
    },
    "ReplyRule": {
        "text": "What is said to them; or template, echo or file in its place.",
        "template": "A text with {prompt}, {system}, {model}, {path}, {n}, {turn}, {seed}, {user} "
        "or {token} in it.",
        "echo": "What the user said.",
        "file": "A file of recorded answers in JSON Lines, seen from where the server started.",
    },
    "ConfigFile": {
        "port": "The port, in the place of `server.port`; 0 takes a free one.",
        "keys": "Who may ask.",
        "projects": "What several keys share.",
        "rules": "What goes wrong; the first rule that fires wins.",
        "sandboxes": "Further worlds, each on a port of its own.",
    },
    "SandboxSettings": {"port": "The port; 0 takes a free one."},
}
