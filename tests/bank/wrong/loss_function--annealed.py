# stub: loss_function
# part: loss
# misconception: kl-weighted
# why: KL warms up with the number of calls
state = {"step": 0}


def loss_function(recon_x, x, mu, log_var):
    state["step"] += 1
    beta = min(1.0, state["step"] / 500)
    return reconstruction_loss(recon_x, x) + beta * kl_divergence(mu, log_var)
