"""Pushes the checkpoints and metrics of a training to a Phasewatch server. One file, Python >= 3.8, nothing to install.

    from phasewatch_callback import PhasewatchCallback
    trainer = Trainer(..., callbacks=[PhasewatchCallback("http://monitor:4747", run="my-run")])

A plain loop uses `Phasewatch`, Lightning `PhasewatchLightningCallback`; `push_checkpoint` pushes one and waits.
The token is an argument or PHASEWATCH_UPLOAD_TOKEN; the server is started with `phasewatch watch --upload-token`.

A training is never stopped and never waits: what is pushed goes into a bounded queue that a daemon thread empties.
While the server is away it is tried again, less and less often; when the queue is full the oldest of it is dropped,
with one warning. No error ever reaches the training. Files are streamed; a file that is gone when its turn comes is left out.
"""
import base64
import collections
import hashlib
import http.client
import json
import math
import os
import random
import select
import struct
import threading
import time
import urllib.parse
import warnings

__all__ = ["Phasewatch", "PhasewatchCallback", "PhasewatchLightningCallback", "push_checkpoint", "safetensors"]

PIECE_BYTES = 1 << 20
METRICS_WAITING_MAX = 10_000
METRICS_AT_ONCE_MAX = 500
# Files lie on the disk anyway, tensors take the memory of a model each.
WAITING_MAX = {"metrics": METRICS_WAITING_MAX, "file": 8, "tensors": 2}
BACKOFF_SECONDS_MAX = 60.0

try:
    from transformers import TrainerCallback as _TrainerCallback
except Exception:  # absent, or broken: neither is a reason to stop a training
    _TrainerCallback = object
try:
    from lightning.pytorch.callbacks import Callback as _LightningCallback
except Exception:
    try:
        from pytorch_lightning.callbacks import Callback as _LightningCallback
    except Exception:
        _LightningCallback = object


class Refused(Exception):
    """The server has answered and does not take it; `retry_seconds` where it says when it may."""

    def __init__(self, status, sentence, retry_seconds=None):
        super().__init__("%d: %s" % (status, sentence))
        self.status = status
        self.retry_seconds = retry_seconds


class Phasewatch:
    """A run that is pushed in the background. All methods return at once, and never raise.

    checkpoint(step, "out/checkpoint-500")             a directory with model.safetensors and config.json, or a file
    checkpoint(step, model.state_dict(), config=...)   tensors of torch or NumPy: copied here, sent later
    log(step, {"loss": 1.2})                           numbers by name
    close(timeout)                                     waits at most so long until all is sent
    """

    def __init__(self, url, run, token=None, timeout=30.0):
        self._waiting = collections.deque()  # of (kind, ...)
        self._counts = dict.fromkeys(WAITING_MAX, 0)
        self._lock = threading.Condition()
        self._config = None
        self._busy = False
        self._closing = False
        self._warned = set()
        self._thread = None
        self._pid = None
        try:
            self._target = _Target(url, run, token, timeout)
        except Exception as error:
            self._target = None
            self._warn("address", "%s; nothing is pushed" % error)

    def config(self, config):
        """config.json of the model, as a dict, as text or as the path of the file; before the first checkpoint."""
        self._quietly(lambda: self._set_config(config))

    def checkpoint(self, step, model, config=None):
        def put():
            if config is not None:
                self._set_config(config)
            contents = _prepared(model)
            contents.config = contents.config or self._config
            self._put((contents.kind, int(step), contents))

        self._quietly(put)

    def log(self, step, values):
        def put():
            numbers = {str(name): _number(value) for name, value in dict(values).items() if name != "step"}
            numbers = {name: number for name, number in numbers.items() if number is not None}
            if numbers:
                self._put(("metrics", dict(numbers, step=int(step))))

        self._quietly(put)

    def close(self, timeout=10.0):
        """True when all was sent or refused. What is left goes on being sent until the process ends."""
        try:
            end = time.monotonic() + timeout
            with self._lock:
                self._closing = True
                self._lock.notify_all()
                while (self._waiting or self._busy) and self._alive():
                    left = end - time.monotonic()
                    if left <= 0:
                        left_over = len(self._waiting) + self._busy
                        self._warn("close", "%d pushes had not arrived when the training ended" % left_over)
                        return False
                    self._lock.wait(left)
                return not self._waiting
        except Exception as error:
            self._warn("error", repr(error))
            return False

    def _quietly(self, task):
        if self._target is None:
            return
        try:
            task()
        except Exception as error:
            self._warn("error", "something was not pushed: %r" % (error,))

    def _set_config(self, config):
        if isinstance(config, (str, os.PathLike)):
            text = os.fspath(config)
            if not text.lstrip().startswith("{"):
                with open(text, encoding="utf-8") as file:
                    text = file.read()
        else:
            text = json.dumps(config)
        json.loads(text)
        self._config = text.encode("utf-8")

    def _put(self, item):
        dropped = 0
        with self._lock:
            self._waiting.append(item)
            kind = item[0]
            self._counts[kind] += 1
            if self._counts[kind] > WAITING_MAX[kind]:
                oldest = next(old for old in self._waiting if old[0] == kind)
                self._waiting.remove(oldest)
                self._counts[kind] -= 1
                dropped = 1
            if not self._alive():
                self._busy = False
                self._pid = os.getpid()
                self._thread = threading.Thread(target=self._work, name="phasewatch", daemon=True)
                self._thread.start()
            self._lock.notify_all()
        if dropped:
            self._warn("dropped", "the server at %s is away or slow: the oldest pushes are dropped" % self._target.url)

    def _alive(self):
        # A thread does not outlive a fork.
        return self._thread is not None and self._thread.is_alive() and self._pid == os.getpid()

    def _take(self):
        """The next push; entries of metrics that follow each other go together."""
        item = self._waiting.popleft()
        self._counts[item[0]] -= 1
        if item[0] != "metrics":
            return item
        entries = [item[1]]
        while self._waiting and self._waiting[0][0] == "metrics" and len(entries) < METRICS_AT_ONCE_MAX:
            entries.append(self._waiting.popleft()[1])
            self._counts["metrics"] -= 1
        return ("metrics", entries)

    def _work(self):
        while True:
            with self._lock:
                self._busy = False
                self._lock.notify_all()
                while not self._waiting:
                    if self._closing:
                        return
                    self._lock.wait()
                item = self._take()
                self._busy = True
            try:
                self._deliver(item)
            except Exception as error:
                self._warn("refused" + str(getattr(error, "status", "")), "a push was not taken: %s" % (error,))

    def _deliver(self, item):
        """Until it is taken, or refused for good."""
        wait = 0.5
        while True:
            try:
                return self._send(item)
            except Refused as refused:
                if refused.retry_seconds is None and refused.status < 500:
                    raise
                pause = refused.retry_seconds or wait
            except (OSError, http.client.HTTPException) as error:
                if getattr(error, "filename", None) is not None:  # of the file, not of the network
                    raise
                self._warn("away", "%s cannot be reached (%s); it is tried again" % (self._target.url, error))
                pause = wait
            time.sleep(min(pause, BACKOFF_SECONDS_MAX) * (0.5 + random.random() / 2))
            wait = min(2 * wait, BACKOFF_SECONDS_MAX)

    def _send(self, item):
        if item[0] == "metrics":
            return self._target.metrics(item[1])
        return self._target.checkpoint(item[1], item[2])

    def _warn(self, kind, sentence):
        """Each kind once. Never raises, even where warnings are errors."""
        if kind in self._warned:
            return
        self._warned.add(kind)
        try:
            warnings.warn("phasewatch: " + sentence, RuntimeWarning, stacklevel=3)
        except Exception:
            pass


class PhasewatchCallback(_TrainerCallback):
    """For `transformers.Trainer`: what it saves and logs, from the process that saves."""

    def __init__(self, url, run, token=None, timeout=30.0, close_seconds=30.0):
        self.phasewatch = Phasewatch(url, run, token, timeout)
        self._close_seconds = close_seconds

    def on_save(self, args, state, control, **kwargs):
        if getattr(state, "is_world_process_zero", True):
            step = state.global_step
            self.phasewatch.checkpoint(step, os.path.join(args.output_dir, "checkpoint-%d" % step))

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and getattr(state, "is_world_process_zero", True):
            self.phasewatch.log(state.global_step, logs)

    def on_train_end(self, args, state, control, **kwargs):
        self.phasewatch.close(self._close_seconds)

    def __getattr__(self, name):
        # Without transformers there is no base class that has the other events.
        if name.startswith("on_"):
            return lambda *args, **kwargs: None
        raise AttributeError(name)


class PhasewatchLightningCallback(_LightningCallback):
    """For Lightning: pushes `pl_module` (or what `select` makes of it) each `every` steps, and what is logged.

    config: config.json of the model; else that of `pl_module.model.config` or `pl_module.config`.
    """

    def __init__(self, url, run, token=None, every=1000, select=None, config=None, timeout=30.0, close_seconds=30.0):
        super().__init__()
        self.phasewatch = Phasewatch(url, run, token, timeout)
        self._every = every
        self._select = select or (lambda module: getattr(module, "model", module))
        self._config = config
        self._close_seconds = close_seconds
        self._step = None

    def on_train_batch_end(self, trainer, pl_module, *args, **kwargs):
        try:
            step = trainer.global_step
            if not getattr(trainer, "is_global_zero", True) or step == self._step:
                return
            self._step = step
            logged = getattr(trainer, "logged_metrics", None)
            if logged and step % getattr(trainer, "log_every_n_steps", 50) == 0:
                self.phasewatch.log(step, logged)
            if step % self._every == 0:
                model = self._select(pl_module)
                config = self._config
                if config is None and hasattr(model, "config"):
                    config = model.config.to_dict() if hasattr(model.config, "to_dict") else dict(model.config)
                self.phasewatch.checkpoint(step, model.state_dict(), config=config)
        except Exception as error:
            self.phasewatch._warn("error", "something was not pushed: %r" % (error,))

    def on_train_end(self, trainer, pl_module):
        self.phasewatch.close(self._close_seconds)


def push_checkpoint(url, run, step, model, config=None, token=None, timeout=30.0):
    """Pushes one checkpoint and waits for the answer: a dict. Raises `Refused` or OSError, unlike all else here."""
    target = _Target(url, run, token, timeout)
    contents = _prepared(model)
    if config is not None:
        contents.config = json.dumps(config).encode("utf-8")
    return target.checkpoint(step, contents)


def safetensors(tensors):
    """A state dict of tensors of torch, NumPy or alike as the pieces of a safetensors file."""
    header, pieces, end, seen = {}, [], 0, set()
    for name, tensor in tensors.items():
        dtype, shape, data = _stored(tensor)
        if dtype is None or name in seen:
            continue
        seen.add(name)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + len(data)]}
        end += len(data)
        pieces.append(data)
    text = json.dumps(header).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return [struct.pack("<Q", len(text)), text] + pieces


_DTYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
    "int16": "I16", "int8": "I8", "uint8": "U8", "uint16": "U16", "uint32": "U32", "uint64": "U64", "bool": "BOOL",
}  # fmt: skip


def _stored(tensor):
    """(dtype, shape, bytes); dtype is None for what is no tensor."""
    if not hasattr(tensor, "shape") or not hasattr(tensor, "dtype"):
        return None, None, None
    dtype = _DTYPES.get(str(tensor.dtype).split(".")[-1])
    if dtype is None:
        raise ValueError("no tensor of dtype %s can be written" % (tensor.dtype,))
    shape = [int(size) for size in tensor.shape]
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu().contiguous()
        if dtype == "BF16":  # NumPy has none
            import torch

            tensor = tensor.view(torch.int16)
        tensor = tensor.numpy()
    return dtype, shape, tensor.tobytes()


class _File:
    """A safetensors file, read anew for each try."""

    kind = "file"

    def __init__(self, path, config):
        self.path = path
        self.config = None
        if config is not None:
            with open(config, "rb") as file:
                self.config = file.read()

    def pieces(self):
        with open(self.path, "rb") as file:
            while True:
                piece = file.read(PIECE_BYTES)
                if not piece:
                    return
                yield piece


class _Tensors:
    kind = "tensors"

    def __init__(self, pieces):
        self.config = None
        self._pieces = pieces

    def pieces(self):
        for piece in self._pieces:
            for begin in range(0, len(piece), PIECE_BYTES):
                yield memoryview(piece)[begin : begin + PIECE_BYTES]


def _prepared(model):
    if hasattr(model, "items"):
        return _Tensors(safetensors(model))
    path = os.fspath(model)
    if not os.path.isdir(path):
        beside = os.path.join(os.path.dirname(path), "config.json")
        return _File(path, beside if os.path.exists(beside) else None)
    config = os.path.join(path, "config.json")
    file = os.path.join(path, "model.safetensors")
    if not os.path.exists(file):
        raise FileNotFoundError("%s: expected a model.safetensors in it (save_safetensors=True, in one shard)" % path)
    return _File(file, config if os.path.exists(config) else None)


def _number(value):
    """A finite number, or None: JSON has no others."""
    try:
        number = value.item() if hasattr(value, "item") else value
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            return None
        return number if math.isfinite(number) else None
    except Exception:
        return None


class _Target:
    """The routes of one run on one server; each call is one request."""

    def __init__(self, url, run, token, timeout):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected the address of a server, http://host:port, got %r" % (url,))
        token = token or os.environ.get("PHASEWATCH_UPLOAD_TOKEN")
        if not token:
            raise ValueError("expected the token for uploads as an argument or in PHASEWATCH_UPLOAD_TOKEN, got none")
        self.url = "%s://%s" % (parts.scheme, parts.netloc)
        self._parts = parts
        self._path = "%s/api/runs/%s" % (parts.path.rstrip("/"), urllib.parse.quote(run, safe=""))
        self._headers = {"Authorization": "Bearer " + token}
        self._timeout = timeout
        self._told_config = None

    def config(self, config):
        return self._ask("PUT", "/config", {"Content-Type": "application/json"}, [config], len(config))

    def metrics(self, entries):
        body = json.dumps(entries).encode("utf-8")
        return self._ask("POST", "/metrics", {"Content-Type": "application/json"}, [body], len(body))

    def checkpoint(self, step, contents):
        config = contents.config
        if config is not None and config != self._told_config:
            try:
                self.config(config)
            except Refused as refused:
                # A training that goes on with a newer library writes another one of the same model.
                if refused.status != 409:
                    raise
            self._told_config = config
        digest, size = hashlib.sha256(), 0
        for piece in contents.pieces():
            digest.update(piece)
            size += len(piece)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Digest": "sha-256=:%s:" % base64.b64encode(digest.digest()).decode("ascii"),
        }
        return self._ask("PUT", "/checkpoints/%d" % step, headers, contents.pieces(), size)

    def _ask(self, method, path, headers, pieces, size):
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname, self._parts.port, timeout=self._timeout)
        try:
            connection.putrequest(method, self._path + path)
            for name, value in dict(self._headers, **headers).items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(size))
            connection.endheaders()
            broken = None
            try:
                for piece in pieces:
                    if self._is_answered(connection):
                        break
                    connection.send(piece)
            except (BrokenPipeError, ConnectionResetError) as error:
                broken = error  # the answer may be there all the same
            try:
                response = connection.getresponse()
                text = response.read(1 << 16).decode("utf-8", "replace").strip()
            except (OSError, http.client.HTTPException):
                raise broken if broken is not None else ConnectionError("the connection ended before the answer")
            if response.status >= 300:
                retry = response.getheader("Retry-After", "")
                raise Refused(response.status, text, int(retry) if retry.isdigit() else None)
            return json.loads(text)
        finally:
            connection.close()

    def _is_answered(self, connection):
        """Whether the server has answered before it has the body: what is left of it is then not wanted."""
        if self._parts.scheme == "https":  # there may be other things to read
            return False
        return bool(select.select([connection.sock], [], [], 0)[0])
