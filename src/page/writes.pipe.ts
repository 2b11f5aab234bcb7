import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { readWrites, type RowWrite } from './row-write.js';

/** Reads the body of a request to write rows. */
@Injectable()
export class WritesPipe implements PipeTransform<unknown, readonly RowWrite[]> {
  /** @throws BadRequestException naming the field */
  transform(body: unknown): readonly RowWrite[] {
    const writes = readWrites(body);
    if (typeof writes === 'string') throw new BadRequestException(writes);
    return writes;
  }
}
