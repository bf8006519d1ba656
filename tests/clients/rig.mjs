// A server of a test's own and a proxy in front of it that fails as networks and servers do. Used by
// clients_test.mjs. Both listen on 127.0.0.1 at a free port.
import { spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export class Server {
  constructor(binary, audiences) {
    this.binary = binary;
    this.directory = mkdtempSync(join(tmpdir(), 'rekindle-clients-'));
    this.config = {
      store: { directory: join(this.directory, 'store'), partitions: 8 },
      server: { address: '127.0.0.1', port: 0, free_disk_min: 0 },
      sites: [{ name: 'shop', currency: 'EUR', tracker_keys: ['shop-key', '1'] }],
      audiences: Object.fromEntries(Object.entries(audiences).map(([name, when]) => [name, { when }])),
    };
    this.log = join(this.directory, 'server.log');
    writeFileSync(this.log, '');
  }

  async start() {
    const path = join(this.directory, 'config.yaml');
    writeFileSync(path, JSON.stringify(this.config));
    const begin = statSync(this.log).size;
    const log = openSync(this.log, 'a');
    this.process = spawn(this.binary, ['serve', '--config', path], { stdio: ['ignore', log, log] });
    closeSync(log);
    this.ended = new Promise((resolve) => { this.process.once('exit', resolve); });
    let over = false;
    this.ended.then(() => { over = true; });
    for (;;) {
      const said = readFileSync(this.log, 'utf8').slice(begin);
      const found = /listening.*?127\.0\.0\.1:(\d+)/.exec(said);
      if (found) {
        this.port = Number(found[1]);
        const ready = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => null);
        if (ready?.ok) return;
      }
      if (over) throw new Error(`the server ended:\n${said}`);
      await sleep(10);
    }
  }

  async stop(signal = 'SIGTERM') {
    if (this.process === undefined) return;
    this.process.kill(signal);
    await this.ended;
    this.process = undefined;
  }

  async get(path) {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`);
    return { status: answer.status, body: await answer.json() };
  }

  remove() {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

// Of every four requests: one never arrives, one arrives and its answer is lost, two go through.
// Before the first that goes through after trouble the server is killed and started again.
export class Proxy {
  constructor(server) {
    this.server = server;
    this.seen = 0;
    this.failed = 0;
    this.kills = 0;
    this.http = http.createServer((request, response) => {
      this.take(request, response).catch((error) => {
        response.writeHead(503, { 'Retry-After': '1' }).end(String(error));
      });
    });
  }

  async start() {
    await new Promise((resolve) => { this.http.listen(0, '127.0.0.1', resolve); });
    return `http://127.0.0.1:${this.http.address().port}`;
  }

  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }

  async take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const turn = this.seen++ % 4;
    if (turn === 0) return this.fail(response);
    if (turn === 1) {
      await this.forward(request, body);
      return this.fail(response);
    }
    if (turn === 2 && this.kills < 3) {
      ++this.kills;
      await this.server.stop('SIGKILL');
      await this.server.start();
    }
    const answer = await this.forward(request, body);
    response.writeHead(answer.status, answer.headers).end(answer.body);
    return undefined;
  }

  fail(response) {
    ++this.failed;
    response.writeHead(503, { 'Retry-After': '0' }).end('later');
  }

  forward(request, body) {
    return new Promise((resolve, reject) => {
      const { host, connection, 'transfer-encoding': _, ...headers } = request.headers;
      const onward = http.request(
        { host: '127.0.0.1', port: this.server.port, method: request.method, path: request.url,
          headers: { ...headers, 'content-length': body.length }, agent: false },
        (answer) => {
          const parts = [];
          answer.on('data', (part) => parts.push(part));
          answer.on('end', () => {
            const { connection: ignored, 'keep-alive': alsoIgnored, ...kept } = answer.headers;
            resolve({ status: answer.statusCode, headers: kept, body: Buffer.concat(parts) });
          });
        });
      onward.on('error', reject);
      onward.end(body);
    });
  }
}
