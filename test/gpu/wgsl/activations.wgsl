fn tanh_vec2f(x: vec2f) -> vec2f {
  let e = exp2(min(2.885390043258667 * x, vec2f(126.0)));
  let far = fma(vec2f(-2.0), 1.0 / (e + 1.0), vec2f(1.0));
  let u = x * x;
  let near = fma(fma(fma(vec2f(-0.050366226583719254), u, vec2f(0.13314831256866455)), u, vec2f(-0.33333060145378113)), x * u, x);
  return select(far, near, abs(x) < vec2f(0.30000001192092896));
}

fn relu_vec2f(x: vec2f) -> vec2f {
  return max(x, vec2f(0.0));
}

fn sigmoid_vec2f(x: vec2f) -> vec2f {
  return 1.0 / (1.0 + exp2(min(-1.4426950216293335 * x, vec2f(126.0))));
}

fn sin_vec2f(x: vec2f) -> vec2f {
  let n = round(0.31830987334251404 * x);
  let reduced = fma(n, vec2f(3.2584136988589307e-7), fma(n, vec2f(-0.0009679794311523438), fma(n, vec2f(-3.140625), x)));
  let t = clamp(reduced, vec2f(-1.6), vec2f(1.6)); // beyond 1e7 or so n is wrong
  let u = t * t;
  let sign = fma(vec2f(-2.0), n - 2.0 * floor(0.5 * n), vec2f(1.0));
  return sign * fma(fma(fma(fma(fma(fma(vec2f(1.6059044372074283e-10), u, vec2f(-2.5052107943679403e-8)), u, vec2f(0.0000027557318844628753)), u, vec2f(-0.00019841270113829523)), u, vec2f(0.008333333767950535)), u, vec2f(-0.1666666716337204)) * u, t, t);
}

fn gelu_vec2f(x: vec2f) -> vec2f {
  let t = clamp(x, vec2f(-5.4), vec2f(5.4));
  let u = t * t;
  let p = fma(fma(fma(fma(fma(vec2f(0.03844641521573067), u, vec2f(10.455449104309082)), u, vec2f(270.132568359375)), u, vec2f(7645.6953125)), u, vec2f(54861.6640625)), u, vec2f(655836.0));
  let q = fma(fma(fma(fma(fma(vec2f(1.0), u, vec2f(59.51033401489258)), u, vec2f(1528.0189208984375)), u, vec2f(23326.3359375)), u, vec2f(205753.1875)), u, vec2f(821968.5625));
  return max(x, vec2f(-5.4)) * fma(0.5 * t * p, 1.0 / q, vec2f(0.5));
}

fn softplus_vec2f(x: vec2f) -> vec2f {
  let e = exp2(-1.4426950216293335 * abs(x));
  let t = e / (2.0 + e);
  let u = t * t;
  return fma(2.0 * t, fma(fma(fma(fma(fma(fma(vec2f(0.07692307978868484), u, vec2f(0.09090909361839294)), u, vec2f(0.1111111119389534)), u, vec2f(0.1428571492433548)), u, vec2f(0.20000000298023224)), u, vec2f(0.3333333432674408)), u, vec2f(1.0)), max(x, vec2f(0.0)));
}

fn identity_vec2f(x: vec2f) -> vec2f {
  return x;
}

fn gaussian_vec2f(x: vec2f) -> vec2f {
  let t = clamp(x, vec2f(-9.0), vec2f(9.0));
  return exp2(-1.4426950216293335 * t * t);
}

fn abs_vec2f(x: vec2f) -> vec2f {
  return abs(x);
}

fn sawtooth_vec2f(x: vec2f) -> vec2f {
  let t = fma(vec2f(-2.0), round(0.5 * x), x);
  return select(t, vec2f(-1.0), t >= vec2f(1.0));
}

fn step_vec2f(x: vec2f) -> vec2f {
  return select(vec2f(0.0), vec2f(1.0), x >= vec2f(0.0));
}

fn silu_vec2f(x: vec2f) -> vec2f {
  let e = exp2(-1.4426950216293335 * abs(x));
  return max(x, vec2f(-87.0)) * (select(e, vec2f(1.0), x >= vec2f(0.0)) / (1.0 + e));
}

fn leakyRelu_vec2f(x: vec2f) -> vec2f {
  return max(x, 0.009999999776482582 * x);
}

fn elu_vec2f(x: vec2f) -> vec2f {
  let u = min(x, vec2f(0.0));
  let near = u * fma(fma(fma(fma(fma(fma(vec2f(0.00019841270113829523), u, vec2f(0.0013888889225199819)), u, vec2f(0.008333333767950535)), u, vec2f(0.0416666679084301)), u, vec2f(0.1666666716337204)), u, vec2f(0.5)), u, vec2f(1.0));
  let far = exp2(1.4426950216293335 * u) - 1.0;
  return max(x, vec2f(0.0)) + select(far, near, u > vec2f(-0.3499999940395355));
}