import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { FrameShape } from './frame-shape.js';
import type { CommandFrame } from './parse-frame.js';

/** Turns the frame of a command into its validated DTO, with the fields that the DTO declares and no others. */
@Injectable()
export class FramePipe implements PipeTransform<CommandFrame, object> {
  private readonly shapes = new Map<NonNullable<ArgumentMetadata['metatype']>, FrameShape>();

  /** @throws CommandError naming the field */
  transform(frame: CommandFrame, { metatype }: ArgumentMetadata): object {
    if (!metatype) throw new TypeError('A command has to declare the class of its frame.');
    return this.shapeOf(metatype).read(frame);
  }

  private shapeOf(dto: NonNullable<ArgumentMetadata['metatype']>): FrameShape {
    const known = this.shapes.get(dto);
    if (known) return known;
    const shape = new FrameShape(dto as new () => object);
    this.shapes.set(dto, shape);
    return shape;
  }
}
