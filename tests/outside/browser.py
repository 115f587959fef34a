"""Drives chromium over its DevTools protocol."""
import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket


class Browser:
    """A chromium without a window; what it asks the network for is noted."""

    def __init__(self):
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if program is None:
            raise FileNotFoundError("chromium")
        self.folder = tempfile.mkdtemp(prefix="kaoping-browser-")
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", f"--user-data-dir={self.folder}"]
        self.process = subprocess.Popen([program, *flags, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        noted = Path(self.folder) / "DevToolsActivePort"
        for _ in range(300):
            if noted.exists() and len(noted.read_text().splitlines()) >= 2:
                break
            time.sleep(0.1)
        port = noted.read_text().splitlines()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            page = next(target for target in json.load(answer) if target["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=120, suppress_origin=True)
        self.number = 0
        self.events = []
        for domain in ["Page", "Runtime", "Network", "Log", "Accessibility"]:
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def run(self, script):
        """The value of an expression; a promise is waited for."""
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"], ensure_ascii=False)[:2000])
        return answer["result"].get("value")

    def open(self, path):
        self.events = []
        self.ask("Page.navigate", url=Path(path).resolve().as_uri())
        for _ in range(600):
            if self.run("document.readyState") == "complete":
                return
            time.sleep(0.1)
        raise RuntimeError(f"{path} does not load")

    def size(self, width, height=900):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def key(self, key, modifiers=0):
        text = {"Enter": "\r", " ": " "}.get(key)
        codes = {"Enter": 13, "Escape": 27, "Tab": 9, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35}
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": codes[key], "modifiers": modifiers}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def shot(self, path, whole=False):
        extra = {"captureBeyondViewport": True} if whole else {}
        Path(path).write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png", **extra)["data"]))

    def paper(self, path):
        data = base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])
        Path(path).write_bytes(data)
        return data

    def requests(self):
        """Addresses that were asked for, besides files that were opened and data within the page."""
        asked = [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith(("data:", "about:"))]

    def complaints(self):
        """What the page wrote to the console, exceptions, and what its policy refused."""
        found = []
        for event in self.events:
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(event["params"]["exceptionDetails"].get("exception", {}).get("description", "exception"))
            if event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] in ("error", "warning"):
                found.append(event["params"]["entry"]["text"])
        return found

    def close(self):
        try:
            self.ask("Browser.close")
        except Exception:  # it may be gone before it answers
            pass
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
