import { makeProject } from '@motion-canvas/core';
import './project.css';
import first from './scenes/first?scene';
import second from './scenes/second?scene';

export default makeProject({ scenes: [first, second], variables: { colour: '#e13238' } });
