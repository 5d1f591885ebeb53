# Generated from the grader's readings: a change here would be overwritten.
"""The words of each statement, in Korean and in English."""

WORDS = {
    "raises": (
        '시도한 모든 호출에서 {raised} 예외가 발생합니다.',
        'It raises {raised} in every call that was tried.',
    ),
    "raises_for": (
        '{works}일 때는 동작하지만 {called}일 때는 {raised} 예외가 발생합니다.',
        'It raises {raised} for {called}, but works for {works}.',
    ),
    "returns": (
        '반환값: {yours}. 요구하는 반환값: {asked}.',
        'It returns {yours}; asked for is {asked}.',
    ),
    "changes": (
        '인수 {argument}의 값을 직접 바꿉니다.',
        'It changes its argument {argument} in place.',
    ),
    "returned_for": (
        '{called}일 때 반환값: {yours}. 요구하는 반환값: {asked}.',
        'For {called} it returns {yours}; asked for is {asked}.',
    ),
    "z_formula": (
        '계산하는 식: z = {yours} (N=60, D=20, {mode}). 요구하는 식: z = {asked}. 여기서 eps는 표준정규분포를 따릅니다.',
        'It computes z = {yours} (N=60, D=20, {mode}); asked for is z = {asked}, where eps is standard normal.',
    ),
    "z_spread": (
        'log_var = {x}에서 z - mu의 표준편차가 각각 약 {yours}입니다(N=60, D=20, {mode}). 요구하는 값은 각각 {asked}입니다.',
        'For log_var = {x}, the standard deviation of z - mu is about {yours} (N=60, D=20, {mode}); asked for are {asked}.',
    ),
    "noise_calls": (
        '같은 인수로 두 번째 호출하면 잡음이 첫 번째 잡음의 {factor}배입니다(N=1500, D=20, {mode}). 호출할 때마다 새 잡음을 뽑아야 합니다.',
        'A second call with the same arguments has {factor} times the noise of the first (N=1500, D=20, {mode}); asked for is new noise in each call.',
    ),
    "noise_dimensions": (
        '모든 이미지가 같을 때, 잡음이 있는 차원 {count}개 중 부호를 빼고 서로 다른 것은 {different}개뿐입니다(N=1500, D=20, {mode}). 차원마다 잡음을 따로 뽑아야 합니다.',
        'For equal images, only {different} of {count} dimensions with noise differ, apart from their sign (N=1500, D=20, {mode}); asked for is separate noise in each dimension.',
    ),
    "noise_images": (
        '모든 이미지가 같을 때, 잡음이 있는 이미지 {count}개 중 부호를 빼고 서로 다른 것은 {different}개뿐입니다(N=1500, D=20, {mode}). 이미지마다 잡음을 따로 뽑아야 합니다.',
        'For equal images, only {different} of {count} images with noise differ, apart from their sign (N=1500, D=20, {mode}); asked for is separate noise for each image.',
    ),
    "noise_elements": (
        '{called}일 때 z의 다음 부분이 호출할 때마다 같습니다: {elements}. 모든 원소에 잡음이 있어야 합니다.',
        'For {called}, these parts of z are the same in each call: {elements}. Asked for is noise in each element.',
    ),
    "noise_tied": (
        '잡음 eps = (z - mu)/sigma의 원소들이 서로 독립이 아닙니다. mu = 0, log_var = 2일 때 {sum}의 분산을 원소들이 독립일 때의 분산으로 나눈 값: {ratio} (N=1500, D=20, {mode}).',
        'The elements of the noise eps = (z - mu)/sigma are not independent: for mu = 0, log_var = 2, the variance of {sum} is {ratio} times that of independent elements (N=1500, D=20, {mode}).',
    ),
    "noise_shape": (
        'mu = 0, log_var = 2일 때 잡음 (z - mu)/sigma의 1 %, 25 %, 75 %, 99 % 분위수가 약 {yours}입니다(N=1500, D=20, {mode}). 표준정규분포에서는 -2.33, -0.67, 0.67, 2.33입니다.',
        'For mu = 0, log_var = 2, the noise (z - mu)/sigma has its 1 %, 25 %, 75 % and 99 % quantiles near {yours} (N=1500, D=20, {mode}); standard normal noise has them at -2.33, -0.67, 0.67 and 2.33.',
    ),
    "z_gradient": (
        '{argument}에 대한 기울기가 올바른 기울기의 {factor}배입니다(N=9, D=20, {mode}). 올바른 기울기는 mu에 대해 1, log_var에 대해 (z - mu)/2입니다.',
        'The gradient with respect to {argument} is {factor} times the right one (N=9, D=20, {mode}). The right one is 1 for mu and (z - mu)/2 for log_var.',
    ),
    "z_device": (
        'mu와 log_var가 다른 장치에 있으면 두 장치의 텐서를 섞어 계산합니다.',
        'With mu and log_var on another device, it mixes tensors of two devices.',
    ),
    "varies": (
        '같은 인수로 다시 호출하면 다른 값을 반환합니다. 값은 인수만으로 정해져야 합니다.',
        'Called again with the same arguments, it returns another value. Its arguments alone should decide the value.',
    ),
    "infinite": (
        '{called}일 때 유한한 값이 나오지 않습니다.',
        'For {called} its value is not a finite number.',
    ),
    "kl_formula": (
        '원소 하나(N=1, D=1)에 대해 계산하는 식: {yours}. 요구하는 식: {asked}.',
        'For one element (N=1, D=1) it computes {yours}; asked for is {asked}.',
    ),
    "kl_curve": (
        '{where}인 원소 하나에 대한 반환값: {yours}. 요구하는 값: {asked}.',
        'For one element with {where} it returns {yours}; asked for is {asked}.',
    ),
    "kl_batch": (
        '배치에 대해 계산하는 식: {yours}. 요구하는 식: {asked}. 여기서 {asked}은(는) 모든 원소의 KL 발산을 더한 값입니다.',
        'For a batch it computes {yours}; asked for is {asked}, the sum of the KL divergence over all elements.',
    ),
    "reconstruction_formula": (
        '모든 픽셀의 값이 같은 이미지에서 픽셀마다 계산하는 식: {yours}. 요구하는 식: {asked}.',
        'For an image of equal pixels it computes {yours} for each pixel; asked for is {asked}.',
    ),
    "reconstruction_curve": (
        '모든 픽셀이 {where}인 이미지에 대한 픽셀당 반환값: {yours}. 요구하는 값: {asked}.',
        'For an image of equal pixels with {where} it returns {yours} per pixel; asked for is {asked}.',
    ),
    "reconstruction_batch": (
        '배치에 대해 계산하는 식: {yours}. 요구하는 식: {asked}. 여기서 {asked}은(는) 이진 교차 엔트로피를 모든 픽셀과 배치에 대해 더한 값입니다.',
        'For a batch it computes {yours}; asked for is {asked}, the sum of the binary cross-entropy over pixels and batch.',
    ),
    "mixes": (
        '원소나 픽셀 하나에 대한 값은 맞지만, {called}일 때의 값은 그 합이 아닙니다.',
        'For a single element or pixel its value is right, but for {called} it is not the sum over all of them.',
    ),
    "gradient": (
        '{argument}에 대한 기울기가 요구하는 값을 미분한 것과 다릅니다.',
        'Its gradient with respect to {argument} is not the derivative of the value asked for.',
    ),
    "loss_made": (
        '계산하는 식: {yours}. 요구하는 식: {asked}. 여기서 reconstruction과 KL은 같은 파일에 있는 reconstruction_loss와 kl_divergence의 값입니다.',
        'It computes {yours}; asked for is {asked}. Here reconstruction and KL are the values of reconstruction_loss and kl_divergence in the same file.',
    ),
    "loss_other": (
        '{called}일 때의 값이 같은 파일에 있는 reconstruction_loss와 kl_divergence의 합이 아닙니다.',
        'For {called} its value is not the sum of reconstruction_loss and kl_divergence in the same file.',
    ),
    "loss_gradient": (
        '{argument}에 대한 기울기가 같은 파일에 있는 reconstruction_loss + kl_divergence의 기울기와 다릅니다.',
        'Its gradient with respect to {argument} is not that of reconstruction_loss + kl_divergence in the same file.',
    ),
    "returns_for": (
        '{called}일 때의 반환값: {yours}. 요구하는 반환값: {asked}.',
        'With {called} it returns {yours}; asked for is {asked}.',
    ),
    "latent_gradients": (
        '반환하는 이미지에 기울기가 남아 있습니다. 기울기가 없는 이미지를 반환해야 합니다.',
        'The images that it returns carry gradients; asked for are images without.',
    ),
    "latent_device": (
        '모델이 CPU가 아닌 장치에 있으면 서로 다른 장치의 텐서를 섞어 씁니다.',
        'If the model is on another device than the CPU, it mixes tensors of two devices.',
    ),
    "latent_altered": (
        '모델이 디코딩한 픽셀이 p일 때 {yours}을(를) 반환합니다. 요구하는 값은 {asked}입니다.',
        'Where the model decodes a pixel p, it returns {yours}; asked for is {asked}.',
    ),
    "latent_random": (
        '같은 호출을 두 번 하면 서로 다른 이미지를 반환합니다. 결과가 매번 같아야 합니다.',
        'Two equal calls return different images; asked for is the same result each time.',
    ),
    "latent_image": (
        '{called}인 여러 호출 중 적어도 하나에서 {index}번째 이미지가 요구하는 이미지와 다릅니다.',
        'In at least one of several calls with {called}, image {index} is not the one asked for.',
    ),
    "gen_encoded": (
        '코드 z가 인코더의 mu이거나 그 주변에 있습니다. 사전분포 N(0, I)에서 뽑은 코드여야 합니다.',
        "Its codes z lie at or around the encoder's mu; asked for are codes from the prior N(0, I).",
    ),
    "gen_repeated": (
        '{called}일 때 호출할 때마다 같은 이미지를 반환합니다. 매번 새로운 이미지여야 합니다.',
        'With {called}, every call returns the same images; asked for are new ones.',
    ),
    "gen_copies": (
        '한 번의 호출에서 나온 코드 z {count}개 중 부호의 차이를 빼면 서로 다른 것은 {distinct}개뿐입니다. 이미지마다 독립인 z가 필요합니다.',
        'Of the {count} codes z of a call, only {distinct} differ by more than their sign; asked for is an independent z for each image.',
    ),
    "gen_shared": (
        '코드의 잠재 차원 {count}개 중 부호의 차이를 빼면 서로 다른 것은 {distinct}개뿐입니다. 차원마다 독립이어야 합니다.',
        'Of the {count} latent dimensions of its codes, only {distinct} differ by more than their sign; asked for are independent ones.',
    ),
    "gen_dependent": (
        '이미지를 많이 생성하면 코드 z가 언제나 {yours}을(를) 만족합니다. 독립인 코드라면 그럴 수 없습니다.',
        'For the codes z of a large call, {yours} always holds; for independent codes it would not.',
    ),
    "gen_wide": (
        '코드 z가 요구하는 것보다 넓게 퍼져 있습니다. N(0, I)의 표준편차는 1입니다.',
        'Its codes z spread wider than asked for: the standard deviation of N(0, I) is 1.',
    ),
    "gen_spread": (
        '코드 z의 평균은 {mean}, 표준편차는 {std}입니다. 요구하는 분포는 평균 0, 표준편차 1인 N(0, I)입니다.',
        'Its codes z have mean {mean} and standard deviation {std}; asked for is N(0, I), with 0 and 1.',
    ),
    "interp_weights": (
        'steps={steps}일 때 {index}번째 이미지는 {yours}입니다. 요구하는 것은 {asked}입니다.',
        'With steps={steps}, image {index} is {yours}; asked for is {asked}.',
    ),
    "interp_path": (
        't가 0에서 1까지 같은 간격일 때 {yours}을(를) 반환합니다. mu_start와 mu_end를 잇는 직선 위의 점들을 디코딩해야 합니다.',
        'With t evenly spaced from 0 to 1, it returns {yours}; asked for are points on the straight line between mu_start and mu_end.',
    ),
}
