import { serveLane } from '../engine/threads.js';
import { openLane } from './lane.js';

serveLane(openLane);
