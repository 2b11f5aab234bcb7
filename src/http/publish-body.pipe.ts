import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

export interface PublishBody {
  readonly event: string;
  readonly data: unknown;
  readonly key?: string;
}

/**
 * Reads the body of a publish. By hand: class-transformer would copy `data`, which leaves out keys like `constructor` and
 * overflows the stack where it is nested deeply.
 */
@Injectable()
export class PublishBodyPipe implements PipeTransform<unknown, PublishBody> {
  /** @throws BadRequestException naming the field */
  transform(body: unknown): PublishBody {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new BadRequestException('The body has to be a JSON object {event, data, key?}, sent as application/json.');
    }
    const event = 'event' in body ? body.event : undefined;
    if (typeof event !== 'string') throw new BadRequestException('event has to be a text.');
    if (!('data' in body)) throw new BadRequestException('data is missing: send null where there is none.');
    const key = 'key' in body ? body.key : undefined;
    if (key === undefined) return { event, data: body.data };
    if (typeof key !== 'string') throw new BadRequestException('key has to be a text.');
    return { event, data: body.data, key };
  }
}
