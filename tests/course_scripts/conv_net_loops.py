import numpy as np
from pellucid import gradient as grad

img = np.sin(np.arange(36.0)).reshape(6, 6)


def conv2d(image, kernel, stride=1):
    kh, kw = kernel.shape
    oh = (image.shape[0] - kh) // stride + 1
    ow = (image.shape[1] - kw) // stride + 1
    out = np.zeros((oh, ow))
    for i in range(oh):
        for j in range(ow):
            out[i, j] = np.sum(image[i * stride : i * stride + kh, j * stride : j * stride + kw] * kernel)
    return out


def maxpool(x):
    h, w = x.shape
    return x.reshape(h // 2, 2, w // 2, 2).max(axis=(1, 3))


def loss(kernel):
    z = maxpool(np.maximum(conv2d(img, kernel), 0))
    flat = z.flatten()
    e = np.exp(flat - flat.max())
    return -np.log(e[0] / e.sum())


result = grad(loss)(np.cos(np.arange(9.0)).reshape(3, 3))
