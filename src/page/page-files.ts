import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Injectable, NotFoundException, StreamableFile } from '@nestjs/common';

const TYPES: Partial<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
};

/** Where the files lie, as seen from this one, and from the bundle: both are in a folder of `dist/`. */
const BROWSER = new URL('../page/browser/', import.meta.url);

/** The files that the page is made of, as `page/build.mjs` made them. */
@Injectable()
export class PageFiles {
  page(): Promise<StreamableFile> {
    return read(new URL('index.html', BROWSER));
  }

  /** One of the page's own files, by name: its code, styles, pictures. */
  async file(name: string): Promise<StreamableFile> {
    if (!/^[a-z-]+\.(css|svg|js)$/.test(name)) throw new NotFoundException();
    return read(new URL(name, BROWSER));
  }

  /** The client library: one module that imports nothing. */
  client(): Promise<StreamableFile> {
    return read(new URL(import.meta.resolve('@edge-hive/realtime-client')));
  }
}

async function read(file: URL): Promise<StreamableFile> {
  try {
    return new StreamableFile(await readFile(file), {
      type: TYPES[extname(file.pathname)] ?? 'application/octet-stream',
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new NotFoundException();
    throw error;
  }
}
