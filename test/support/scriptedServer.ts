import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A request as it stood on the wire. */
export interface SeenRequest {
  head: string;
  body: Buffer;
}

export interface ScriptedServer {
  url: string;
  port: number;
  /** Requests whose body came whole. */
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/** What becomes of a connection: at once, when the head of a request stands, and when its body does. */
export interface Script {
  connected?(socket: Socket): void;
  head?(socket: Socket): void;
  whole?(socket: Socket, request: SeenRequest): void;
}

/** A server written by hand on bare sockets, so that it can do what no HTTP library would. */
export async function scriptedServer(
  script: Script,
  wrap?: (onSocket: (socket: Socket) => void) => Server,
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    script.connected?.(socket);
    let bytes = Buffer.alloc(0);
    let headSeen = false;
    socket.on('data', (part: Buffer) => {
      bytes = Buffer.concat([bytes, part]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = bytes.subarray(0, end).toString('latin1');
      if (!headSeen) {
        headSeen = true;
        script.head?.(socket);
      }
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      if (bytes.length < end + 4 + length) return;
      const request = { head, body: Buffer.from(bytes.subarray(end + 4, end + 4 + length)) };
      bytes = bytes.subarray(end + 4 + length);
      headSeen = false;
      seen.push(request);
      script.whole?.(socket, request);
    });
  };
  const server = wrap ? wrap(onSocket) : createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    seen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An HTTP answer as bytes. */
export const answer = (status: number, body: string | Buffer, headers: Record<string, string> = {}): Buffer =>
  Buffer.concat([
    Buffer.from(
      [
        `HTTP/1.1 ${status} X`,
        `Content-Length: ${Buffer.byteLength(body)}`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        '',
        '',
      ].join('\r\n'),
    ),
    Buffer.from(body),
  ]);
