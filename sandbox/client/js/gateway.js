/**
 * The live connection: HELLO, IDENTIFY or RESUME, heartbeats, and reconnecting when the server goes away.
 * Close codes and opcodes follow Discord's gateway (v10, JSON, uncompressed).
 */
const FRESH_CLOSE = new Set([4004, 4007, 4009, 1000, 1001]);

export class Gateway {
  /** `onDispatch(type, data)`, `onState("connecting"|"open"|"waiting"|"refused", seconds)`. */
  constructor(onDispatch, onState) {
    this.onDispatch = onDispatch;
    this.onState = onState;
    this.token = null;
    this.sessionId = null;
    this.seq = null;
    this.attempt = 0;
    this.timers = {};
  }

  /** Connects as the person with this token; an earlier connection ends. */
  start(token) {
    this.stop();
    this.token = token;
    this.sessionId = null;
    this.seq = null;
    this.attempt = 0;
    this.connect();
  }

  /** Ends the connection for good. */
  stop() {
    clearTimeout(this.timers.retry);
    clearInterval(this.timers.beat);
    clearTimeout(this.timers.firstBeat);
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
  }

  /** Tries again now instead of waiting for the countdown. */
  retryNow() {
    if (this.socket) return;
    clearTimeout(this.timers.retry);
    this.connect();
  }

  connect() {
    this.onState("connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/?v=10&encoding=json`);
    this.socket = socket;
    this.acked = true;
    socket.onmessage = (event) => {
      if (this.socket === socket) this.receive(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.closed(event.code);
    };
  }

  receive({ op, d, s, t }) {
    if (s !== null && s !== undefined) this.seq = s;
    if (op === 10) this.hello(d.heartbeat_interval);
    else if (op === 1) this.send(1, this.seq);
    else if (op === 11) this.acked = true;
    else if (op === 7) this.socket.close(4000);
    else if (op === 9) {
      if (!d) this.sessionId = null;
      this.socket.close(4000);
    } else if (op === 0) this.dispatch(t, d);
  }

  hello(interval) {
    clearInterval(this.timers.beat);
    this.timers.firstBeat = setTimeout(() => this.beat(), interval * Math.random());
    this.timers.beat = setInterval(() => this.beat(), interval);
    if (this.sessionId) this.send(6, { token: this.token, session_id: this.sessionId, seq: this.seq ?? 0 });
    else
      this.send(2, { token: this.token, properties: { os: "web", browser: "sandbox", device: "" }, compress: false });
  }

  beat() {
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN) return;
    // A server that stopped acknowledging is as good as gone: Discord's own clients drop it and resume.
    if (!this.acked) {
      this.socket.close(4000);
      return;
    }
    this.acked = false;
    this.send(1, this.seq);
  }

  send(op, d) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ op, d }));
  }

  dispatch(type, data) {
    if (type === "READY") this.sessionId = data.session_id;
    if (type === "READY" || type === "RESUMED") {
      this.attempt = 0;
      this.onState("open");
    }
    this.onDispatch(type, data);
  }

  closed(code) {
    clearInterval(this.timers.beat);
    clearTimeout(this.timers.firstBeat);
    this.socket = null;
    if (FRESH_CLOSE.has(code)) this.sessionId = null;
    if (code === 4004) this.onState("refused");
    this.attempt += 1;
    const seconds = Math.min(0.5 * 2 ** (this.attempt - 1), 10) * (0.85 + Math.random() * 0.3);
    this.onState("waiting", seconds);
    this.timers.retry = setTimeout(() => this.connect(), seconds * 1000);
  }
}
